package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WakeupCoalescingTest {
    private final WakeupCoalescing moderation = new WakeupCoalescing();
    private long now = 1_000_000_000;

    /** Sleeps that each bring {@code packets}, {@code nanos} apart; what the last one is to gather. */
    private long after(int sleeps, int packets, long nanos) {
        long gather = 0;
        for (int i = 0; i < sleeps; i++) {
            moderation.count(packets);
            now += nanos;
            gather = moderation.gather(now);
        }
        return gather;
    }

    @Test
    void manySmallPacketsGather() {
        assertThat(after(100, 1, 10_000)).isEqualTo(WakeupCoalescing.GATHER_NANOS);
        assertThat(after(100, 14, WakeupCoalescing.GATHER_NANOS)).isEqualTo(WakeupCoalescing.GATHER_NANOS);
    }

    @Test
    void aFewAreNotKeptWaiting() {
        assertThat(after(100, 1, 60_000)).isZero();
        assertThat(after(100, 1, 5_000_000)).isZero();
        assertThat(after(1, 3, 60_000)).isZero();
    }

    @Test
    void aPauseEndsIt() {
        assertThat(after(100, 10, 50_000)).isPositive();
        assertThat(after(10, 1, 1_000_000_000)).isZero();
    }
}
