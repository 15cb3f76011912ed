// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPacketTest {
    @Test
    void lengthStaysWithinTheReceivedBytes() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(1, 80);

            InternetChecksumTest.withMemory(bytes.length, slab -> {
                Memory.copy(bytes, 0, slab, bytes.length);
                assertThat(IpPacket.length(slab, bytes.length)).isBetween(-1, bytes.length);
            });
        });
    }

    @ParameterizedTest
    @CsvSource({"20,20,20", "19,20,-1", "20,19,-1", "40,60,40", "61,60,-1", "0,60,-1"})
    void ipv4LengthIsItsTotalLength(int total, int available, int expected) {
        InternetChecksumTest.withMemory(64, slab -> {
            Memory.putByte(slab, (byte) 0x45);
            Memory.putShortBE(slab + 2, total);
            assertThat(IpPacket.length(slab, available)).isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @CsvSource({"0,40,40", "0,39,-1", "20,60,60", "21,60,-1", "10,64,50"})
    void ipv6LengthIsItsPayloadLengthPlus40(int payload, int available, int expected) {
        InternetChecksumTest.withMemory(64, slab -> {
            Memory.putByte(slab, (byte) 0x60);
            Memory.putShortBE(slab + 4, payload);
            assertThat(IpPacket.length(slab, available)).isEqualTo(expected);
        });
    }

    @Test
    void addressesAreReadBigEndian() {
        InternetChecksumTest.withMemory(64, slab -> {
            byte[] ipv4 = Packets.udp(false, 0, 0, 0);
            Memory.copy(ipv4, 0, slab, ipv4.length);
            assertThat(IpPacket.ipv4Source(slab)).isEqualTo(0x0a000001);
            assertThat(IpPacket.ipv4Destination(slab)).isEqualTo(0x0a000002);
            byte[] ipv6 = Packets.udp(true, 0, 0, 0);
            Memory.copy(ipv6, 0, slab, ipv6.length);
            assertThat(IpPacket.ipv6SourceHigh(slab)).isEqualTo(0xfd00_0000_0000_0001L);
            assertThat(IpPacket.ipv6SourceLow(slab)).isEqualTo(1);
            assertThat(IpPacket.ipv6DestinationHigh(slab)).isEqualTo(0xfd00_0000_0000_0001L);
            assertThat(IpPacket.ipv6DestinationLow(slab)).isEqualTo(2);
        });
    }

    /** RFC 6040 figure 4, with the kernel's choice for an inner Not-ECT. Rows are the inner ECN, columns the outer. */
    private static final int[][] DECAPSULATED = {{0, 0, 0, 0}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void decapsulationFollowsRfc6040AndKeepsOtherFields(boolean ipv6) {
        for (int dscp = 0; dscp <= 63; dscp++) {
            for (int inner = 0; inner <= 3; inner++) {
                for (int outer = 0; outer <= 3; outer++) {
                    assertDecapsulation(ipv6, dscp, inner, outer);
                }
            }
        }
    }

    private static void assertDecapsulation(boolean ipv6, int dscp, int inner, int outer) {
        byte[] packet = withEcn(ipv6, dscp, inner);
        InternetChecksumTest.withMemory(packet.length, slab -> {
            Memory.copy(packet, 0, slab, packet.length);
            assertThat(IpPacket.ecn(slab)).isEqualTo(inner);
            IpPacket.decapsulateEcn(slab, outer);
            byte[] after = new byte[packet.length];
            Memory.copy(slab, after, 0, after.length);
            assertThat(after).isEqualTo(withEcn(ipv6, dscp, DECAPSULATED[inner][outer]));
        });
    }

    private static byte[] withEcn(boolean ipv6, int dscp, int ecn) {
        byte[] packet = Packets.udp(ipv6, 1, 4, 9);
        int tos = dscp << 2 | ecn;
        if (ipv6) {
            packet[0] = (byte) (0x60 | tos >>> 4);
            packet[1] = (byte) (packet[1] & 0x0f | tos << 4);
        } else {
            packet[1] = (byte) tos;
        }
        return Packets.complete(packet);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "3,2"})
    void encapsulationHidesCongestionExperienced(int inner, int outer) {
        assertThat(IpPacket.encapsulateEcn(inner)).isEqualTo(outer);
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void recognizesBareAcknowledgements(boolean ipv6) {
        assertThat(isBareAck(Packets.tcp(ipv6, 1, 1, Packets.ACK, 0))).isTrue();
        assertThat(isBareAck(Packets.tcp(ipv6, 1, 1, Packets.ACK, 1))).isFalse();
        assertThat(isBareAck(Packets.tcp(ipv6, 1, 1, Packets.ACK | Packets.FIN, 0)))
                .isFalse();
        assertThat(isBareAck(Packets.tcp(ipv6, 1, 1, Packets.SYN, 0))).isFalse();
        assertThat(isBareAck(Packets.udp(ipv6, 1, 24, 1))).isFalse();
        byte[] cut = Packets.tcp(ipv6, 1, 1, Packets.ACK, 0);
        assertThat(isBareAck(Arrays.copyOf(cut, cut.length - 13))).isFalse();
    }

    private static boolean isBareAck(byte[] packet) {
        boolean[] bare = new boolean[1];
        InternetChecksumTest.withMemory(packet.length, address -> {
            Memory.copy(packet, 0, address, packet.length);
            bare[0] = IpPacket.isBareAck(address, packet.length);
        });
        return bare[0];
    }
}
