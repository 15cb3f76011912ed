// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RemainingTimeTest {
    @Test
    void startsWithTheEstimate() {
        assertThat(new RemainingTime(90)).hasToString("1 min 30 s left");
        assertThat(new RemainingTime(7260)).hasToString("2 h 01 min left");
    }

    @Test
    void followsTheActualPace() {
        RemainingTime remaining = new RemainingTime(100);
        remaining.add(50, 100);
        // 50 s of estimates took 100 s; a prior of 10 s counts at its estimate.
        assertThat(remaining.secondsLeft()).isCloseTo(50 * 110.0 / 60, within(0.01));
    }

    @Test
    void isNeverBelowZero() {
        RemainingTime remaining = new RemainingTime(10);
        remaining.add(20, 20);
        assertThat(remaining).hasToString("0 min 00 s left");
        assertThat(new RemainingTime(0).secondsLeft()).isZero();
    }
}
