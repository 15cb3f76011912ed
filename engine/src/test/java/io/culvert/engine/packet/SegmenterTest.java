// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmenterTest {
    private static final int TCP_HEADERS = 32;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tcpSuperPacketIsSplitIntoSegments(boolean ipv6) {
        int ip = ipv6 ? 40 : 20;
        int flags = Packets.FIN | Packets.PSH | Packets.ACK | Packets.CWR | Packets.ECE;
        byte[] whole = Packets.tcp(ipv6, 0xfffe, -100, flags, 3 * 1000 + 1);
        int type = ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
        List<byte[]> segments = segments(withPartialChecksum(whole, 16), type, 1000, ip, 16);

        assertThat(segments).hasSize(4);
        for (int i = 0; i < 4; i++) {
            int first = i == 0 ? Packets.CWR : 0;
            int last = i == 3 ? Packets.FIN | Packets.PSH : 0;
            byte[] expected = Packets.tcp(
                    ipv6, 0xfffe + i, -100 + 1000 * i, Packets.ACK | Packets.ECE | first | last, i == 3 ? 1 : 1000);
            int from = ip + TCP_HEADERS;
            System.arraycopy(whole, from + 1000 * i, expected, from, expected.length - from);
            assertThat(segments.get(i)).isEqualTo(Packets.complete(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void udpSuperPacketIsSplitIntoDatagrams(boolean ipv6) {
        int ip = ipv6 ? 40 : 20;
        byte[] whole = Packets.udp(ipv6, 7, 2 * 501 + 500, 3);
        List<byte[]> segments = segments(withPartialChecksum(whole, 6), VirtioNetHeader.GSO_UDP_L4, 501, ip, 6);

        assertThat(segments).hasSize(3);
        for (int i = 0; i < 3; i++) {
            byte[] expected = Packets.udp(ipv6, 7 + i, i == 2 ? 500 : 501, 0);
            System.arraycopy(whole, ip + 8 + 501 * i, expected, ip + 8, expected.length - ip - 8);
            assertThat(segments.get(i)).isEqualTo(Packets.complete(expected));
        }
    }

    @Test
    void ipv6ExtensionHeadersAreSkipped() {
        byte[] plain = Packets.udp(true, 0, 1000, 5);
        byte[] extended = withDestinationOptions(plain, 60);
        List<byte[]> segments = segments(withPartialChecksum(extended, 8 + 6), VirtioNetHeader.GSO_UDP_L4, 400, 48, 6);

        assertThat(segments).hasSize(3);
        for (int i = 0; i < 3; i++) {
            byte[] expected = Packets.udp(true, 0, i == 2 ? 200 : 400, 0);
            System.arraycopy(plain, 48 + 400 * i, expected, 48, expected.length - 48);
            assertThat(segments.get(i)).isEqualTo(withDestinationOptions(Packets.complete(expected), 60));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {43, 44, 51, 59})
    void unsupportedIpv6ExtensionHeadersAreRejected(int header) {
        byte[] extended = withDestinationOptions(Packets.udp(true, 0, 1000, 5), header);
        assertThat(segments(withPartialChecksum(extended, 8 + 6), VirtioNetHeader.GSO_UDP_L4, 400, 48, 6))
                .isEmpty();
    }

    private static byte[] withDestinationOptions(byte[] packet, int header) {
        ByteBuffer extended = ByteBuffer.allocate(packet.length + 8);
        extended.put(packet, 0, 40).put(packet[6]).put(new byte[] {0, 1, 4, 0, 0, 0, 0});
        extended.put(packet, 40, packet.length - 40);
        extended.put(6, (byte) header);
        extended.putShort(4, (short) (packet.length - 40 + 8));
        return extended.array();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1199, 1200})
    void partialChecksumOfASinglePacketIsCompleted(int payload) {
        for (boolean ipv6 : new boolean[] {false, true}) {
            int ip = ipv6 ? 40 : 20;
            byte[] udp = Packets.udp(ipv6, 1, payload, 2);
            assertThat(segments(withPartialChecksum(udp, 6), VirtioNetHeader.GSO_NONE, 0, ip, 6))
                    .containsExactly(udp);
            byte[] tcp = Packets.tcp(ipv6, 1, 2, Packets.SYN, payload);
            assertThat(segments(withPartialChecksum(tcp, 16), VirtioNetHeader.GSO_NONE, 0, ip, 16))
                    .containsExactly(tcp);
        }
    }

    @Test
    void completePacketIsCopiedAndTrimmedToItsIpLength() {
        byte[] packet = Packets.tcp(false, 1, 2, Packets.ACK, 99);
        byte[] longer = Arrays.copyOf(packet, packet.length + 5);
        withVnet(new byte[VirtioNetHeader.BYTES], longer, source -> {
            Segmenter segmenter = new Segmenter();
            assertThat(segmenter.start(source, VirtioNetHeader.BYTES + longer.length))
                    .isTrue();
            assertThat(all(segmenter)).containsExactly(packet);
        });
    }

    @Test
    void segmentsMayBeWrittenOneAtATimeToAnyBuffer() {
        byte[] whole = Packets.tcp(false, 1, 2, Packets.ACK, 200);
        byte[] vnet = vnet(VirtioNetHeader.GSO_TCPV4, 1, 20, 16);
        withVnet(vnet, whole, source -> {
            Segmenter segmenter = new Segmenter();
            assertThat(segmenter.start(source, VirtioNetHeader.BYTES + whole.length))
                    .isTrue();
            assertThat(segmenter.segments()).isEqualTo(200);
            assertThat(segmenter.segmentLength(199)).isEqualTo(53);
            InternetChecksumTest.withMemory(
                    53, slab -> assertThat(segmenter.next(slab)).isEqualTo(53));
            assertThat(segmenter.remaining()).isEqualTo(199);
        });
    }

    @Test
    void malformedInputNeitherThrowsNorReadsOutOfBounds() {
        Laws.check(5000, draw -> {
            byte[] vnet = draw.bytes(VirtioNetHeader.BYTES, VirtioNetHeader.BYTES);
            boolean ipv6 = draw.bool();
            boolean tcp = draw.bool();
            int length = draw.integer(0, 120);
            int at = draw.integer(0, 119);
            byte garbage = (byte) draw.integer(-128, 127);
            boolean plausible = draw.bool();

            byte[] base = tcp ? Packets.tcp(ipv6, 1, 2, Packets.ACK, 60) : Packets.udp(ipv6, 1, 60, 2);
            byte[] packet = Arrays.copyOf(base, length);
            if (at < length) {
                packet[at] = garbage;
            }
            int ip = ipv6 ? 40 : 20;
            int tcpType = ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
            byte[] header = plausible
                    ? vnet(tcp ? tcpType : VirtioNetHeader.GSO_UDP_L4, 7 + (vnet[0] & 7), ip, tcp ? 16 : 6)
                    : vnet;
            withVnet(header, packet, source -> {
                Segmenter segmenter = new Segmenter();
                if (segmenter.start(source, VirtioNetHeader.BYTES + packet.length)) {
                    assertThat(all(segmenter)).isNotEmpty();
                } else {
                    assertThat(segmenter.segments()).isZero();
                }
            });
        });
    }

    /** Puts a partial checksum, the folded sum of the pseudo-header, into the checksum field, as the kernel does. */
    private static byte[] withPartialChecksum(byte[] packet, int checksumOffset) {
        byte[] partial = packet.clone();
        int ip = packet[0] >>> 4 == 6 ? 40 : 20;
        Packets.put(partial, ip + checksumOffset, Packets.pseudo(packet, packet.length - ip));
        return partial;
    }

    static byte[] vnet(int type, int size, int start, int offset) {
        byte[] header = new byte[VirtioNetHeader.BYTES];
        InternetChecksumTest.withMemory(VirtioNetHeader.BYTES, slab -> {
            VirtioNetHeader.set(slab, type, 0, size, start, offset);
            Memory.copy(slab, header, 0, VirtioNetHeader.BYTES);
        });
        return header;
    }

    private static List<byte[]> segments(byte[] packet, int type, int size, int start, int offset) {
        List<byte[]> segments = new ArrayList<>();
        withVnet(vnet(type, size, start, offset), packet, source -> {
            Segmenter segmenter = new Segmenter();
            segmenter.start(source, VirtioNetHeader.BYTES + packet.length);
            segments.addAll(all(segmenter));
        });
        return segments;
    }

    static List<byte[]> all(Segmenter segmenter) {
        List<byte[]> segments = new ArrayList<>();
        for (int i = 0; i < segmenter.segments(); i++) {
            byte[] segment = new byte[segmenter.segmentLength(i)];
            InternetChecksumTest.withMemory(segment.length, slab -> {
                assertThat(segmenter.next(slab)).isEqualTo(segment.length);
                Memory.copy(slab, segment, 0, segment.length);
            });
            segments.add(segment);
        }
        assertThat(segmenter.remaining()).isZero();
        return segments;
    }

    static void withVnet(byte[] vnet, byte[] packet, InternetChecksumTest.Body body) {
        InternetChecksumTest.withMemory(VirtioNetHeader.BYTES + packet.length, slab -> {
            Memory.copy(vnet, 0, slab, VirtioNetHeader.BYTES);
            Memory.copy(packet, 0, slab + VirtioNetHeader.BYTES, packet.length);
            body.with(slab);
        });
    }
}
