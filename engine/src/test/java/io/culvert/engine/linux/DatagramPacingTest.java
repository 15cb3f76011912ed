package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.tun.VirtioNetHeader;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.Test;

class DatagramPacingTest {
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final DatagramPacing pacing = new DatagramPacing();
    private final long now = System.nanoTime();

    /** So many datagrams are written; whether readers have their turn then. */
    private boolean written(int datagrams, long time) {
        pacing.count(datagrams);
        return pacing.isTurn(time);
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
        assertThat(written(DatagramPacing.TURN, now + 1)).isTrue();
        assertThat(written(DatagramPacing.TURN - 1, now + 2)).isFalse();
    }

    @Test
    void someAtATimeMakeATurnTogether() {
        assertThat(written(DatagramPacing.TURN - 1, now)).isFalse();
        assertThat(written(1, now + 1)).isTrue();
        assertThat(written(1, now + 2)).isFalse();
    }

    @Test
    void burstsAreForgotten() {
        assertThat(written(46, now)).isTrue();
        assertThat(pacing.expectsBursts(now + DatagramPacing.BURSTS_NANOS)).isTrue();
        assertThat(pacing.expectsBursts(now + DatagramPacing.BURSTS_NANOS + 1)).isFalse();
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
            return DatagramPacing.datagrams(memory, VirtioNetHeader.BYTES + header + payload);
        } finally {
            Memory.free(memory);
        }
    }
}
