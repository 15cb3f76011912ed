package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatagramPacingTest {
    private static final int MOST = 16;
    private static final long NOW = 1_000_000_000;

    private final DatagramPacing pacing = new DatagramPacing();

    /** One duty cycle that receives messages, of which so many become datagrams; whether readers have their turn then. */
    private boolean cycle(int messages, int datagrams, long now) {
        pacing.take(messages);
        pacing.deliver(datagrams);
        return pacing.isTurn(now);
    }

    @Test
    void whatIsNoDatagramIsTakenWithoutEnd() {
        for (int i = 0; i < 100; i++) {
            assertThat(cycle(45, 0, NOW + i)).isFalse();
            pacing.take(1000);
            assertThat(pacing.takes(MOST, NOW + i)).isEqualTo(MOST);
        }
    }

    @Test
    void aBurstIsFollowedByATurnAndByShortCycles() {
        pacing.take(500);
        assertThat(pacing.takes(MOST, NOW)).as("nothing tells of a burst yet").isEqualTo(MOST);
        assertThat(cycle(0, 500, NOW)).isTrue();
        pacing.take(DatagramPacing.TURN - 1);
        assertThat(pacing.takes(MOST, NOW + 1)).isOne();
        pacing.take(1);
        assertThat(pacing.takes(MOST, NOW + 1)).isZero();
        assertThat(cycle(0, DatagramPacing.TURN, NOW + 1)).isTrue();
        assertThat(pacing.takes(MOST, NOW + 2)).as("the next cycle takes again").isOne();
    }

    @Test
    void someAtATimeMakeATurnTogether() {
        assertThat(cycle(10, DatagramPacing.TURN - 1, NOW)).isFalse();
        assertThat(cycle(1, 1, NOW + 1)).isTrue();
        assertThat(cycle(1, 1, NOW + 2)).isFalse();
    }

    @Test
    void burstsAreForgotten() {
        assertThat(cycle(46, 46, NOW)).isTrue();
        pacing.take(1000);
        assertThat(pacing.takes(MOST, NOW + DatagramPacing.BURSTS_NANOS)).isZero();
        assertThat(pacing.takes(MOST, NOW + DatagramPacing.BURSTS_NANOS + 1)).isEqualTo(MOST);
    }
}
