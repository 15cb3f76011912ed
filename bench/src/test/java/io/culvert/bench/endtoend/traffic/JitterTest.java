// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class JitterTest {
    private static final long PERIOD = 20_000_000;

    @Test
    void constantDelayHasNone() {
        Jitter jitter = new Jitter(1);
        for (int i = 0; i < 100; i++) {
            jitter.add(0, i * PERIOD, i * PERIOD + 5_000_000);
        }
        assertThat(jitter.micros()).containsExactly(0);
    }

    /** RFC 3550, section 6.4.1: J(i) = J(i-1) + (|D(i-1,i)| - J(i-1)) / 16. */
    @Test
    void approachesTheMeanDifference() {
        Jitter jitter = new Jitter(1);
        jitter.add(0, 0, 1_000);
        jitter.add(0, PERIOD, PERIOD + 17_000);
        assertThat(jitter.micros()[0]).isCloseTo(1, within(1e-9));
        jitter.add(0, 2 * PERIOD, 2 * PERIOD + 1_000);
        assertThat(jitter.micros()[0]).isCloseTo(1 + (16 - 1) / 16.0, within(1e-9));
        for (int i = 3; i < 500; i++) {
            jitter.add(0, i * PERIOD, i * PERIOD + (i % 2 == 0 ? 1_000 : 17_000));
        }
        assertThat(jitter.micros()[0]).isCloseTo(16, within(1e-6));
    }

    @Test
    void flowsAreIndependent() {
        Jitter jitter = new Jitter(3);
        jitter.add(0, 0, 1_000);
        jitter.add(1, 0, 900_000);
        jitter.add(0, PERIOD, PERIOD + 1_000);
        jitter.add(1, PERIOD, PERIOD + 1_700_000);
        assertThat(jitter.micros()).containsExactly(0, 50, 0);
    }
}
