package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The law: what {@link Segmenter} makes of the output are the packets that went in. */
class CoalescerTest {
    /** Between two packets: the tag of one and the WireGuard header of the other. */
    private static final int GAP = 32;

    /** What was written, as the kernel would see it. */
    private record Written(int gsoType, int gsoSize, List<byte[]> packets) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tcpSegmentsBecomeOneSuperPacket(boolean ipv6) {
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
    void datagramsBecomeOneSuperPacketWhereTheTunTakesThem(boolean ipv6) {
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
    void tcpSegmentsStayAloneWhereTheTunDoesNotTakeThemJoined() {
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
    void vxlanAndGeneveStayAloneWhereTheKernelCouldNotTakeThemApart(int port) {
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
    void runStaysBelowTheLimitOfItsBuffer() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            packets.add(Packets.udp(false, i, 100, i));
        }
        // Each begins a run that may only extend over its own place and the next one's.
        List<Written> written = coalesce(packets, Coalescer.ALL, packets.getFirst().length + 100);
        assertThat(written.stream().map(w -> w.packets.size())).containsExactly(2, 2);
    }

    @Test
    void runGoesOnWithPacketsOfAnotherBuffer() {
        byte[] first = Packets.udp(false, 0, 100, 1);
        byte[] second = Packets.udp(false, 1, 100, 2);
        InternetChecksumTest.withMemory(
                400,
                front -> InternetChecksumTest.withMemory(400, back -> {
                    Memory.copy(first, 0, front + 16, first.length);
                    Memory.copy(second, 0, back + 16, second.length);
                    List<Written> written = new ArrayList<>();
                    Coalescer coalescer = new Coalescer();
                    coalescer.begin((header, length) -> written.add(read(header, length)), Coalescer.ALL);
                    coalescer.add(front + 16, first.length, front + 400);
                    coalescer.add(back + 16, second.length, back + 400);
                    coalescer.finish();
                    assertThat(written).hasSize(1);
                    assertThat(written.getFirst().packets).containsExactly(first, second);
                }));
    }

    @Test
    void pushEndsARunAndIsKept() {
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
    void identificationNeedNotCountWhereItMeansNothing() {
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

    /** Each row changes one byte of the middle one of three packets, checksums right: it must not join, nor be changed. */
    @ParameterizedTest(name = "byte {0} of an IPv4 TCP packet")
    @CsvSource({"0", "1", "3", "5", "6", "7", "8", "15", "19", "21", "23", "27", "31", "32", "33", "35", "39", "45"})
    void packetsThatDifferInAHeaderFieldStayApart(int at) {
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
    void onlyPlainDataJoins(int flags) {
        List<byte[]> packets = List.of(Packets.tcp(true, 0, 0, flags, 100), Packets.tcp(true, 0, 100, flags, 100));
        List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
        assertThat(written).hasSize(2);
        assertThat(flatten(written)).containsExactlyElementsOf(packets);
    }

    @Test
    void wrongHeaderChecksumIsLeftForTheReceiverToSee() {
        for (int wrong = 0; wrong < 3; wrong++) {
            List<byte[]> packets = threeOfAFlow();
            packets.get(wrong)[10] ^= 1;
            List<Written> written = coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE);
            assertThat(written).hasSize(wrong == 1 ? 3 : 2);
            assertThat(flatten(written)).containsExactlyElementsOf(packets);
        }
    }

    /** Fields of the checksum itself, and of what it covers. */
    @ParameterizedTest(name = "byte {0} wrong")
    @ValueSource(ints = {36, 60, 151})
    void checksumsOfWhatWasSealedCountAsVerified(int at) {
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
    void datagramWithoutChecksumStaysAlone() {
        byte[] first = Packets.udp(false, 0, 100, 1);
        byte[] second = Packets.udp(false, 1, 100, 2);
        Packets.put(first, 26, 0);
        Packets.put(second, 26, 0);
        assertThat(coalesce(List.of(first, second), Coalescer.ALL, Integer.MAX_VALUE))
                .hasSize(2);
    }

    @Property(tries = 1000)
    void segmentingGivesBackWhatWasCoalesced(
            @ForAll boolean ipv6, @ForAll @Size(max = 40) List<@IntRange(max = 299) Integer> steps) {
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
        assertThat(flatten(coalesce(packets, Coalescer.ALL, Integer.MAX_VALUE))).containsExactlyElementsOf(packets);
    }

    @Property(tries = 3000)
    void hostilePacketsNeitherThrowNorChange(
            @ForAll boolean ipv6,
            @ForAll boolean tcp,
            @ForAll @Size(min = 3, max = 3) List<@IntRange(min = 1, max = 130) Integer> lengths,
            @ForAll @IntRange(max = 79) int at,
            @ForAll byte garbage) {
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
        // The checksum of TCP or UDP counts as verified: where packets joined, a wrong one is made anew.
        int checksum = (ipv6 ? 40 : 20) + (tcp ? 16 : 6);
        packets.forEach(packet -> clear(packet, checksum));
        written.forEach(packet -> clear(packet, checksum));
        assertThat(written).containsExactlyElementsOf(packets);
    }

    private static void clear(byte[] packet, int at) {
        if (packet.length >= at + 2) {
            Packets.put(packet, at, 0);
        }
    }

    private static List<byte[]> flatten(List<Written> written) {
        return written.stream().flatMap(w -> w.packets.stream()).toList();
    }

    /** Lays packets in one buffer as decryption does, and coalesces them; each may extend to {@code reach} bytes from its start. */
    private static List<Written> coalesce(List<byte[]> packets, int joins, int reach) {
        int bytes = GAP + packets.stream().mapToInt(p -> p.length + GAP).sum();
        long[] start = new long[packets.size()];
        List<long[]> written = new ArrayList<>();
        List<Written> result = new ArrayList<>();
        InternetChecksumTest.withMemory(bytes, slab -> {
            long at = slab;
            for (int i = 0; i < start.length; i++) {
                start[i] = at + 16;
                Memory.copy(packets.get(i), 0, start[i], packets.get(i).length);
                at += packets.get(i).length + GAP;
            }
            Coalescer coalescer = new Coalescer();
            coalescer.begin((header, length) -> written.add(new long[] {header, length}), joins);
            for (int i = 0; i < start.length; i++) {
                coalescer.add(start[i], packets.get(i).length, Math.min(slab + bytes, start[i] + reach));
            }
            coalescer.finish();
            // Read only now, as the kernel does: nothing added later may have touched what was written before.
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
        assertOpenChecksum(header, length);
        Segmenter segmenter = new Segmenter();
        assertThat(segmenter.start(header, length)).isTrue();
        return new Written(type, VirtioNetHeader.gsoSize(header), SegmenterTest.all(segmenter));
    }

    /** As the kernel expects it: the pseudo-header's sum in the field, and the IPv4 header's own checksum right. */
    private static void assertOpenChecksum(long header, int length) {
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
