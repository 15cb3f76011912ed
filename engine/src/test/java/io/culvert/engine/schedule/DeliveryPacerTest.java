package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.Test;

class DeliveryPacerTest {
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final DeliveryPacer pacing = new DeliveryPacer();
    private final long now = System.nanoTime();

    /** So many datagrams are written; whether readers have their turn then. */
    private boolean written(int datagrams, long time) {
        pacing.count(datagrams, datagrams == 0 ? 1400 : 1400 * datagrams);
        return pacing.isTurn(time);
    }

    /** A burst that was taken and written at {@code time}; how long it holds back the next. */
    private long held(int datagrams, long time) {
        pacing.begin(time);
        assertThat(written(datagrams, time)).isTrue();
        return pacing.hold(time);
    }

    @Test
    void whatIsNoDatagramNeedsNoTurn() {
        for (int i = 0; i < 100; i++) {
            assertThat(written(0, now + i)).isFalse();
            assertThat(pacing.expectsBursts(now + i)).isFalse();
        }
    }

    @Test
    void aBurstIsFollowedByATurnAndMoreAreExpected() {
        assertThat(written(500, now)).isTrue();
        assertThat(pacing.expectsBursts(now)).isTrue();
        assertThat(written(DeliveryPacer.TURN, now + 1)).isTrue();
        assertThat(written(DeliveryPacer.TURN - 1, now + 2)).isFalse();
    }

    @Test
    void someAtATimeMakeATurnTogether() {
        assertThat(written(DeliveryPacer.TURN - 1, now)).isFalse();
        assertThat(written(1, now + 1)).isTrue();
        assertThat(written(1, now + 2)).isFalse();
    }

    @Test
    void burstsAreForgotten() {
        assertThat(written(46, now)).isTrue();
        assertThat(pacing.expectsBursts(now + DeliveryPacer.BURSTS_NANOS)).isTrue();
        assertThat(pacing.expectsBursts(now + DeliveryPacer.BURSTS_NANOS + 1)).isFalse();
    }

    @Test
    void aBurstHoldsBackTheNext() {
        long hold = held(46, now);
        assertThat(hold).isEqualTo((46 - DeliveryPacer.AHEAD) * DeliveryPacer.SLOWEST_NANOS);
        assertThat(pacing.hold(now + 1)).isEqualTo(hold - 1);
        assertThat(pacing.hold(now + hold)).isZero();
        assertThat(pacing.hold(now + 2 * hold)).isZero();
    }

    @Test
    void whatWasAheadOfItsTimeIsMadeUpFor() {
        long hold = held(46, now);
        assertThat(held(46, now + hold)).isEqualTo(46 * DeliveryPacer.SLOWEST_NANOS);
    }

    @Test
    void smallDatagramsHoldBackNothing() {
        pacing.count(64, DeliveryPacer.HOLD_BYTES - 1);
        assertThat(pacing.isTurn(now)).isTrue();
        assertThat(pacing.hold(now)).isZero();
    }

    @Test
    void nothingIsHeldBackForLong() {
        assertThat(held(10_000, now)).isBetween(1L, DeliveryPacer.MOST_NANOS);
        assertThat(held(10_000, now + DeliveryPacer.MOST_NANOS)).isBetween(1L, DeliveryPacer.MOST_NANOS);
    }

    @Test
    void writingCountsAsTimeHeldBack() {
        pacing.begin(now);
        written(46, now + 100_000);
        assertThat(pacing.hold(now + 100_000))
                .isEqualTo((46 - DeliveryPacer.AHEAD) * DeliveryPacer.SLOWEST_NANOS - 100_000);
    }

    @Test
    void nobodyWaitsForLittle() {
        pacing.begin(now);
        long hold = (46 - DeliveryPacer.AHEAD) * DeliveryPacer.SLOWEST_NANOS;
        long written = now + hold - DeliveryPacer.LEAST_NANOS + 1;
        written(46, written);
        assertThat(pacing.hold(written)).isZero();
    }

    /** 200 datagrams in each millisecond, in four bursts: on average 5,000 ns each, of which a third is waited for. */
    @Test
    void datagramsComeThreeTimesAsFastAsOnAverageAtMost() {
        assertThat(heldAtASteadyRate())
                .isBetween((50 - DeliveryPacer.AHEAD) * 1600L, (50 - DeliveryPacer.AHEAD) * 1700L);
    }

    private long heldAtASteadyRate() {
        long hold = 0;
        for (int i = 0; i < 100; i++) {
            hold = held(50, now + i * 250_000L);
        }
        return hold;
    }

    @Test
    void aPauseMakesTheRateUnknown() {
        heldAtASteadyRate();
        assertThat(held(46, now + 1_000_000_000L)).isEqualTo((46 - DeliveryPacer.AHEAD) * DeliveryPacer.SLOWEST_NANOS);
    }

    @Test
    void whereTcpHasAPartNothingIsHeldBack() {
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 10; j++) {
                written(0, now + i * 250_000L);
            }
            written(50, now + i * 250_000L);
        }
        assertThat(held(50, now + 25_000_000L)).isZero();
        for (int i = 0; i < 100; i++) {
            written(50, now + 26_000_000L + i * 250_000L);
        }
        assertThat(held(50, now + 51_000_000L)).isPositive();
    }

    @Test
    void datagramsAreToldFromTcpJoinedOrNot() {
        assertThat(datagrams(VirtioNetHeader.GSO_UDP_L4, 28, 1360, UDP, 45 * 1360))
                .isEqualTo(45);
        assertThat(datagrams(VirtioNetHeader.GSO_UDP_L4, 28, 1360, UDP, 45 * 1360 + 1))
                .isEqualTo(46);
        assertThat(datagrams(VirtioNetHeader.GSO_NONE, 0, 0, UDP, 1360)).isOne();
        assertThat(datagrams(VirtioNetHeader.GSO_NONE, 0, 0, TCP, 1360)).isZero();
        assertThat(datagrams(VirtioNetHeader.GSO_TCPV4, 52, 1368, TCP, 45 * 1368))
                .isZero();
    }

    private static int datagrams(int gsoType, int header, int size, int protocol, int payload) {
        long memory = Memory.allocate(64, 8);
        try {
            VirtioNetHeader.set(memory, gsoType, header, size, 20, 6);
            Memory.putByte(memory + VirtioNetHeader.BYTES, (byte) 0x45);
            Memory.putByte(memory + VirtioNetHeader.BYTES + 9, (byte) protocol);
            return DeliveryPacer.datagrams(memory, VirtioNetHeader.BYTES + header + payload);
        } finally {
            Memory.free(memory);
        }
    }
}
