// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Segmenter} turns the output of {@link Coalescer} back into the original packets. */
class CoalescerTest {
    /** Bytes between two packets: the tag of one and the WireGuard header of the next. */
    private static final int GAP = 32;

    /** A packet or super-packet written to the TUN, and the packets that the kernel would make of it. */
    private record Written(int gsoType, int gsoSize, List<byte[]> packets) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tcpSegmentsAreCoalesced(boolean ipv6) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 45; i++) {
            packets.add(Packets.tcp(ipv6, i, 1000 * i, Packets.ACK, i == 44 ? 13 : 1000));
        }
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written).hasSize(1);
        assertThat(written.getFirst().gsoType).isEqualTo(ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4);
        assertThat(written.getFirst().gsoSize).isEqualTo(1000);
        assertThat(written.getFirst().packets).containsExactlyElementsOf(packets);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void datagramsAreCoalescedWhereTheTunSupportsUso(boolean ipv6) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            packets.add(Packets.udp(ipv6, i, i == 4 ? 1 : 777, i));
        }
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written).hasSize(1);
        assertThat(written.getFirst().gsoType).isEqualTo(VirtioNetHeader.GSO_UDP_L4);
        assertThat(written.getFirst().packets).containsExactlyElementsOf(packets);
        assertThat(coalesce(packets, Coalescer.TCP, Integer.MAX_VALUE)).hasSize(5);
    }

    @Test
    void tcpSegmentsStaySeparateWhereTheTunLacksTso() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            packets.add(Packets.tcp(false, i, 100 * i, Packets.ACK, 100));
        }
        List<Written> written = coalesce(packets, Coalescer.ALL & ~Coalescer.TCP, Integer.MAX_VALUE);
        assertThat(flatten(written)).containsExactlyElementsOf(packets);
        assertThat(written).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {4789, 8472, 6081, 4790})
    void vxlanAndGeneveStaySeparateWhereTheKernelCannotSegmentThem(int port) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            packets.add(Packets.udp(false, port, i, 100, i));
        }
        boolean tunnel = port != 4790;
        assertThat(coalesce(packets, Coalescer.UDP, Integer.MAX_VALUE)).hasSize(tunnel ? 5 : 1);
        assertThat(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE)).hasSize(1);
    }

    @Test
    void superPacketStaysWithin65535Bytes() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            packets.add(Packets.tcp(false, i, 1400 * i, Packets.ACK, 1400));
        }
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written.stream().map(w -> w.packets.size())).containsExactly(46, 14);
    }

    @Test
    void superPacketStaysWithinTheLimitOfItsBuffer() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            packets.add(Packets.udp(false, i, 100, i));
        }
        // A super-packet that begins at a packet may extend over that packet and the next only.
        List<Written> written = coalesce(packets, Coalescer.ALL, packets.getFirst().length + 100);
        assertThat(written.stream().map(w -> w.packets.size())).containsExactly(2, 2);
    }

    @Test
    void superPacketContinuesFromAnotherBuffer() {
        byte[] first = Packets.udp(false, 0, 100, 1);
        byte[] second = Packets.udp(false, 1, 100, 2);
        InternetChecksumTest.withMemory(
                400,
                front -> InternetChecksumTest.withMemory(400, back -> {
                    Memory.copy(first, 0, front + 24, first.length);
                    Memory.copy(second, 0, back + 24, second.length);
                    List<Written> written = new ArrayList<>();
                    Coalescer coalescer = new Coalescer();
                    coalescer.begin((header, length) -> written.add(read(header, length)), Coalescer.ALL);
                    coalescer.add(front + 24, first.length, front + 400);
                    coalescer.add(back + 24, second.length, back + 400);
                    coalescer.finish();
                    assertThat(written).hasSize(1);
                    assertThat(written.getFirst().packets).containsExactly(first, second);
                }));
    }

    @Test
    void pushFlagEndsASuperPacketAndIsKept() {
        List<byte[]> packets = List.of(
                Packets.tcp(false, 1, 0, Packets.ACK, 100),
                Packets.tcp(false, 2, 100, Packets.ACK | Packets.PSH, 100),
                Packets.tcp(false, 3, 200, Packets.ACK | Packets.PSH, 100),
                Packets.tcp(false, 4, 300, Packets.ACK, 100));
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written.stream().map(w -> w.packets.size())).containsExactly(2, 1, 1);
        assertThat(flatten(written)).containsExactlyElementsOf(packets);
    }

    @Test
    void identificationNeedNotIncreaseWithDontFragment() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            byte[] packet = Packets.udp(false, 0, 100, i);
            packet[6] = 0x40;
            packets.add(Packets.complete(packet));
        }
        assertThat(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE)).hasSize(1);
        packets.forEach(packet -> {
            packet[6] = 0;
            Packets.complete(packet);
        });
        assertThat(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE)).hasSize(3);
    }

    /** The second of three packets differs in one byte, with valid checksums: it is neither coalesced nor changed. */
    @ParameterizedTest(name = "byte {0} of an IPv4 TCP packet")
    @CsvSource({"0", "1", "3", "5", "6", "7", "8", "15", "19", "21", "23", "27", "31", "32", "33", "35", "39", "45"})
    void packetsThatDifferInAHeaderFieldStaySeparate(int at) {
        byte[] odd = Packets.tcp(false, 2, 100, Packets.ACK, 100);
        odd[at] ^= (byte) (at == 0 ? 3 : 2);
        if (at != 0 && at != 3) {
            Packets.complete(odd);
        }
        List<byte[]> packets =
                List.of(Packets.tcp(false, 1, 0, Packets.ACK, 100), odd, Packets.tcp(false, 3, 200, Packets.ACK, 100));
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written).hasSize(3);
        assertThat(flatten(written)).containsExactlyElementsOf(packets);
    }

    @ParameterizedTest(name = "flags {0}")
    @ValueSource(ints = {0, Packets.SYN, 17, 18, 20, 16 + Packets.URG, 16 + Packets.ECE, 16 + Packets.CWR})
    void onlyPlainDataSegmentsAreCoalesced(int flags) {
        List<byte[]> packets = List.of(Packets.tcp(true, 0, 0, flags, 100), Packets.tcp(true, 0, 100, flags, 100));
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written).hasSize(2);
        assertThat(flatten(written)).containsExactlyElementsOf(packets);
    }

    @Test
    void wrongIpv4HeaderChecksumIsPassedOnUnchanged() {
        for (int wrong = 0; wrong < 3; wrong++) {
            List<byte[]> packets = threeOfAFlow();
            packets.get(wrong)[10] ^= 1;
            List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
            assertThat(written).hasSize(wrong == 1 ? 3 : 2);
            assertThat(flatten(written)).containsExactlyElementsOf(packets);
        }
    }

    /** A byte of the TCP checksum, and two bytes that it covers. */
    @ParameterizedTest(name = "byte {0} wrong")
    @ValueSource(ints = {36, 60, 151})
    void transportChecksumsCountAsVerifiedByTheTag(int at) {
        for (int wrong = 0; wrong < 3; wrong++) {
            List<byte[]> packets = threeOfAFlow();
            packets.get(wrong)[at] ^= 1;
            assertThat(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE)).hasSize(1);
        }
    }

    private static List<byte[]> threeOfAFlow() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            packets.add(Packets.tcp(false, i, 100 * i, Packets.ACK, 100));
        }
        return packets;
    }

    @Test
    void datagramsWithoutChecksumStaySeparate() {
        byte[] first = Packets.udp(false, 0, 100, 1);
        byte[] second = Packets.udp(false, 1, 100, 2);
        Packets.put(first, 26, 0);
        Packets.put(second, 26, 0);
        assertThat(coalesce(List.of(first, second), Coalescer.ALL, Integer.MAX_VALUE))
                .hasSize(2);
    }

    @Test
    void segmentingReversesCoalescing() {
        Laws.check(1000, draw -> {
            boolean ipv6 = draw.bool();
            List<Integer> steps = draw.list(0, 40, () -> draw.integer(0, 299));

            List<byte[]> packets = new ArrayList<>();
            int sequence = Integer.MAX_VALUE - 3000;
            for (int i = 0; i < steps.size(); i++) {
                int step = steps.get(i);
                int payload = step % 5 == 0 ? step / 5 : 500;
                int flags = step % 7 == 0 ? Packets.ACK | Packets.PSH : Packets.ACK;
                if (step % 11 == 0) {
                    packets.add(Packets.udp(ipv6, i, payload, i));
                } else {
                    sequence += step % 13 == 0 ? 1 : 0;
                    packets.add(Packets.tcp(ipv6, i, sequence, flags, payload));
                    sequence += payload;
                }
            }
            assertThat(flatten(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE)))
                    .containsExactlyElementsOf(packets);
        });
    }

    @Test
    void malformedPacketsNeitherThrowNorChange() {
        Laws.check(3000, draw -> {
            boolean ipv6 = draw.bool();
            boolean tcp = draw.bool();
            List<Integer> lengths = draw.list(3, 3, () -> draw.integer(1, 130));
            int at = draw.integer(0, 79);
            byte garbage = (byte) draw.integer(-128, 127);

            List<byte[]> packets = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                byte[] packet = tcp ? Packets.tcp(ipv6, i, 40 * i, Packets.ACK, 40) : Packets.udp(ipv6, i, 40, i);
                byte[] cut = Arrays.copyOf(packet, Math.min(packet.length, lengths.get(i)));
                if (at < cut.length) {
                    cut[at] = garbage;
                }
                packets.add(cut);
            }
            List<byte[]> written = flatten(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE));
            // The tag has verified the packets, so a wrong TCP or UDP checksum is replaced where packets are coalesced.
            int checksum = (ipv6 ? 40 : 20) + (tcp ? 16 : 6);
            packets.forEach(packet -> clear(packet, checksum));
            written.forEach(packet -> clear(packet, checksum));
            assertThat(written).containsExactlyElementsOf(packets);
        });
    }

    private static void clear(byte[] packet, int at) {
        if (packet.length >= at + 2) {
            Packets.put(packet, at, 0);
        }
    }

    private static List<byte[]> flatten(List<Written> written) {
        return written.stream().flatMap(w -> w.packets.stream()).toList();
    }

    /** Coalesces packets of one buffer, as after decryption; each may extend to {@code reach} bytes from its start. */
    private static List<Written> coalesce(List<byte[]> packets, int kinds, int reach) {
        int bytes = GAP + packets.stream().mapToInt(p -> p.length + GAP).sum();
        long[] start = new long[packets.size()];
        List<long[]> written = new ArrayList<>();
        List<Written> result = new ArrayList<>();
        InternetChecksumTest.withMemory(bytes, slab -> {
            long at = slab;
            for (int i = 0; i < start.length; i++) {
                start[i] = at + GAP;
                Memory.copy(packets.get(i), 0, start[i], packets.get(i).length);
                at += packets.get(i).length + GAP;
            }
            Coalescer coalescer = new Coalescer();
            coalescer.begin((header, length) -> written.add(new long[] {header, length}), kinds);
            for (int i = 0; i < start.length; i++) {
                coalescer.add(start[i], packets.get(i).length, Math.min(slab + bytes, start[i] + reach));
            }
            coalescer.finish();
            // The kernel reads them only now: adding a packet must not modify those written before.
            written.forEach(w -> result.add(read(w[0], (int) w[1])));
        });
        return result;
    }

    private static Written read(long header, int length) {
        int type = VirtioNetHeader.gsoType(header);
        if (type == VirtioNetHeader.GSO_NONE) {
            byte[] packet = new byte[length - VirtioNetHeader.BYTES];
            assertThat(Memory.getLong(header)).isZero();
            assertThat(Memory.getShort(header + 8)).isZero();
            Memory.copy(header + VirtioNetHeader.BYTES, packet, 0, packet.length);
            return new Written(type, 0, List.of(packet));
        }
        assertThat(VirtioNetHeader.flags(header)).isEqualTo(VirtioNetHeader.NEEDS_CSUM);
        assertThat(IpPacket.length(header + VirtioNetHeader.BYTES, length - VirtioNetHeader.BYTES))
                .isEqualTo(length - VirtioNetHeader.BYTES);
        assertPartialChecksum(header, length);
        Segmenter segmenter = new Segmenter();
        assertThat(segmenter.start(header, length)).isTrue();
        return new Written(type, VirtioNetHeader.gsoSize(header), SegmenterTest.all(segmenter));
    }

    /** The transport checksum is partial, the pseudo-header's sum, and the IPv4 header checksum is valid. */
    private static void assertPartialChecksum(long header, int length) {
        byte[] packet = new byte[length - VirtioNetHeader.BYTES];
        Memory.copy(header + VirtioNetHeader.BYTES, packet, 0, packet.length);
        int start = VirtioNetHeader.csumStart(header);
        int field = start + VirtioNetHeader.csumOffset(header);
        assertThat((packet[field] & 0xff) << 8 | packet[field + 1] & 0xff)
                .isEqualTo(Packets.pseudo(packet, packet.length - start));
        if (packet[0] == 0x45) {
            assertThat(Packets.naiveSum(packet, 0, 20, 0)).isEqualTo(0xffff);
        }
    }
}
