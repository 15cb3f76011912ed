// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WakeupCoalescingTest {
    private final WakeupCoalescing coalescing = new WakeupCoalescing();
    private long now = 1_000_000_000;

    /** Receives {@code packets} packets in each of {@code sleeps} sleeps; returns the minimum of the last sleep. */
    private long after(int sleeps, int packets, long nanos) {
        long minWait = 0;
        for (int i = 0; i < sleeps; i++) {
            coalescing.count(packets);
            now += nanos;
            minWait = coalescing.minWaitNanos(now);
        }
        return minWait;
    }

    @Test
    void manySmallPacketsLengthenTheSleep() {
        assertThat(after(100, 1, 10_000)).isEqualTo(WakeupCoalescing.MIN_WAIT_NANOS);
        assertThat(after(100, 14, WakeupCoalescing.MIN_WAIT_NANOS)).isEqualTo(WakeupCoalescing.MIN_WAIT_NANOS);
    }

    @Test
    void fewPacketsDoNotLengthenTheSleep() {
        assertThat(after(100, 1, 60_000)).isZero();
        assertThat(after(100, 1, 5_000_000)).isZero();
        assertThat(after(1, 3, 60_000)).isZero();
    }

    @Test
    void twoCloseSleepsAreNoRate() {
        after(1, 1, 10_000_000);
        assertThat(after(1, 1, 1_000)).isZero();
        assertThat(after(50, 1, 10_000_000)).isZero();
        after(1, 2, 1);
        assertThat(after(20, 1, 200_000)).isZero();
    }

    @Test
    void pauseEndsCoalescing() {
        assertThat(after(100, 10, 50_000)).isPositive();
        assertThat(after(1, 1, 1_000_000_000)).isZero();
    }
}
