// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static Outcome of(long sent, long arrived, long answered) {
        return new Outcome(1, sent, arrived, answered, new double[0], new double[0], new double[0]);
    }

    @Test
    void lossIsOfThePacketsSent() {
        assertThat(of(200, 150, 50).lostPercent()).isEqualTo(25);
        assertThat(of(200, 150, 50).unansweredPercent()).isEqualTo(75);
    }

    @Test
    void duplicatesAreNoLoss() {
        assertThat(of(100, 101, 102).lostPercent()).isZero();
        assertThat(of(100, 101, 102).unansweredPercent()).isZero();
    }
}
