// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.Test;

class DeliveryPacerTest {
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final long now = 1_000_000_000;
    private final DeliveryPacer pacer = new DeliveryPacer(now);

    /** Writes {@code datagrams} datagrams, or another packet if 0; returns whether the worker yields. */
    private boolean write(int datagrams, long time) {
        pacer.count(datagrams, datagrams == 0 ? 1400 : 1400 * datagrams);
        return yieldsAt(time);
    }

    private boolean yieldsAt(long time) {
        boolean due = pacer.isYieldDue();
        if (due) {
            pacer.endBurst(time);
        }
        return due;
    }

    /** Receives and writes a burst at {@code time}; returns the delay of the next. */
    private long delayAfter(int datagrams, long time) {
        pacer.beginReceive(time);
        assertThat(write(datagrams, time)).isTrue();
        return pacer.delay(time);
    }

    @Test
    void otherPacketsCauseNoYield() {
        for (int i = 0; i < 100; i++) {
            assertThat(write(0, now + i)).isFalse();
            assertThat(pacer.expectsBursts(now + i)).isFalse();
        }
    }

    @Test
    void burstCausesAYieldAndMoreBurstsAreExpected() {
        assertThat(write(500, now)).isTrue();
        assertThat(pacer.expectsBursts(now)).isTrue();
        assertThat(write(DeliveryPacer.YIELD_QUOTA, now + 1)).isTrue();
        assertThat(write(DeliveryPacer.YIELD_QUOTA - 1, now + 2)).isFalse();
    }

    @Test
    void smallWritesAddUpToTheYieldQuota() {
        assertThat(write(DeliveryPacer.YIELD_QUOTA - 1, now)).isFalse();
        assertThat(write(1, now + 1)).isTrue();
        assertThat(write(1, now + 2)).isFalse();
    }

    @Test
    void burstsAreExpectedForAWindowOnly() {
        assertThat(write(46, now)).isTrue();
        assertThat(pacer.expectsBursts(now + DeliveryPacer.BURST_WINDOW_NANOS)).isTrue();
        assertThat(pacer.expectsBursts(now + DeliveryPacer.BURST_WINDOW_NANOS + 1))
                .isFalse();
    }

    @Test
    void burstDelaysTheNext() {
        long delay = delayAfter(46, now);
        assertThat(delay).isEqualTo((46 - DeliveryPacer.BURST_TOLERANCE) * DeliveryPacer.MAX_INTERVAL_NANOS);
        assertThat(pacer.delay(now + 1)).isEqualTo(delay - 1);
        assertThat(pacer.delay(now + delay)).isZero();
        assertThat(pacer.delay(now + 2 * delay)).isZero();
    }

    @Test
    void burstToleranceIsPaidBack() {
        long delay = delayAfter(46, now);
        assertThat(delayAfter(46, now + delay)).isEqualTo(46 * DeliveryPacer.MAX_INTERVAL_NANOS);
    }

    @Test
    void smallDatagramsCauseNoDelay() {
        pacer.count(64, DeliveryPacer.MIN_BURST_BYTES - 1);
        assertThat(yieldsAt(now)).isTrue();
        assertThat(pacer.delay(now)).isZero();
    }

    @Test
    void delayIsBounded() {
        assertThat(delayAfter(10_000, now)).isBetween(1L, DeliveryPacer.MAX_DELAY_NANOS);
        assertThat(delayAfter(10_000, now + DeliveryPacer.MAX_DELAY_NANOS))
                .isBetween(1L, DeliveryPacer.MAX_DELAY_NANOS);
    }

    @Test
    void timeSpentWritingCountsAsDelay() {
        pacer.beginReceive(now);
        write(46, now + 100_000);
        assertThat(pacer.delay(now + 100_000))
                .isEqualTo((46 - DeliveryPacer.BURST_TOLERANCE) * DeliveryPacer.MAX_INTERVAL_NANOS - 100_000);
    }

    @Test
    void shortDelaysAreSkipped() {
        pacer.beginReceive(now);
        long delay = (46 - DeliveryPacer.BURST_TOLERANCE) * DeliveryPacer.MAX_INTERVAL_NANOS;
        long end = now + delay - DeliveryPacer.MIN_DELAY_NANOS + 1;
        write(46, end);
        assertThat(pacer.delay(end)).isZero();
    }

    /**
     * 200 datagrams in each millisecond, in four bursts: on average 5,000 ns each, so the interval is a third of that.
     */
    @Test
    void deliveryIsAtMostThreeTimesTheAverageRate() {
        assertThat(delayAtASteadyRate())
                .isBetween((50 - DeliveryPacer.BURST_TOLERANCE) * 1600L, (50 - DeliveryPacer.BURST_TOLERANCE) * 1700L);
    }

    private long delayAtASteadyRate() {
        long delay = 0;
        for (int i = 0; i < 100; i++) {
            delay = delayAfter(50, now + i * 250_000L);
        }
        return delay;
    }

    @Test
    void pauseMakesTheRateUnknown() {
        delayAtASteadyRate();
        assertThat(delayAfter(46, now + 1_000_000_000L))
                .isEqualTo((46 - DeliveryPacer.BURST_TOLERANCE) * DeliveryPacer.MAX_INTERVAL_NANOS);
    }

    @Test
    void mixedTrafficIsNotDelayed() {
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 10; j++) {
                write(0, now + i * 250_000L);
            }
            write(50, now + i * 250_000L);
        }
        assertThat(delayAfter(50, now + 25_000_000L)).isZero();
        for (int i = 0; i < 100; i++) {
            write(50, now + 26_000_000L + i * 250_000L);
        }
        assertThat(delayAfter(50, now + 51_000_000L)).isPositive();
    }

    @Test
    void datagramsAreCountedCoalescedOrNot() {
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
