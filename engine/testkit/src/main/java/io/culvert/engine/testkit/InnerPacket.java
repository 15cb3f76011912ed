// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes and reads the inner packets of a tunnel: UDP and TCP over IPv4 and IPv6, whole or as super-packets. */
public final class InnerPacket {
    private static final int ICMP = 1;
    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int UDP_HEADER = 8;
    private static final int TCP_HEADER = 20;

    private InnerPacket() {}

    /** A datagram. */
    public static byte[] udp(Address from, Address to, byte[] payload) {
        byte[] packet = build(from, to, UDP, UDP_HEADER, 0, payload);
        return completed(packet, UDP);
    }

    /** A TCP segment with only the ACK flag and without options. */
    public static byte[] tcp(Address from, Address to, int sequence, byte[] payload) {
        byte[] packet = build(from, to, TCP, TCP_HEADER, sequence, payload);
        return completed(packet, TCP);
    }

    /** A TCP super-packet behind its virtio-net header, as the kernel leaves it for segmentation to {@code mss}. */
    public static byte[] superTcp(Address from, Address to, int sequence, byte[] payload, int mss) {
        byte[] packet = build(from, to, TCP, TCP_HEADER, sequence, payload);
        int type = from.ipv6() ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
        return framed(packet, type, TCP, TCP_HEADER, 16, mss);
    }

    /** A UDP super-packet behind its virtio-net header. */
    public static byte[] superUdp(Address from, Address to, byte[] payload, int mss) {
        byte[] packet = build(from, to, UDP, UDP_HEADER, 0, payload);
        return framed(packet, VirtioNetHeader.GSO_UDP_L4, UDP, UDP_HEADER, 6, mss);
    }

    private static byte[] build(Address from, Address to, int protocol, int header, int sequence, byte[] payload) {
        int ip = from.ipv6() ? 40 : 20;
        ByteBuffer packet = ByteBuffer.allocate(ip + header + payload.length);
        if (from.ipv6()) {
            packet.putInt(6 << 28).putShort((short) (header + payload.length));
            packet.put((byte) protocol).put((byte) 64);
            packet.putLong(from.high()).putLong(from.low());
            packet.putLong(to.high()).putLong(to.low());
        } else {
            packet.putShort((short) 0x4500).putShort((short) packet.capacity());
            packet.putShort((short) 0).putShort((short) 0x4000);
            packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
            packet.putInt((int) from.low()).putInt((int) to.low());
            packet.putShort(10, (short) ~sum(packet.array(), 0, 20, 0));
        }
        packet.putShort((short) from.port()).putShort((short) to.port());
        if (protocol == UDP) {
            packet.putShort((short) (header + payload.length)).putShort((short) 0);
        } else {
            packet.putInt(sequence).putInt(1);
            packet.put((byte) 0x50).put((byte) 0x10).putShort((short) 512).putInt(0);
        }
        return packet.put(payload).array();
    }

    private static byte[] completed(byte[] packet, int protocol) {
        int ip = headerBytes(packet);
        int sum = ~sum(packet, ip, packet.length, pseudoSum(packet)) & 0xffff;
        ByteBuffer.wrap(packet)
                .putShort(ip + (protocol == UDP ? 6 : 16), (short) (sum == 0 && protocol == UDP ? 0xffff : sum));
        return packet;
    }

    private static byte[] framed(byte[] packet, int type, int protocol, int header, int checksumOffset, int mss) {
        int ip = headerBytes(packet);
        ByteBuffer.wrap(packet).putShort(ip + checksumOffset, (short) pseudoSum(packet));
        long address = Memory.allocate(VirtioNetHeader.BYTES, 8);
        byte[] framed = new byte[VirtioNetHeader.BYTES + packet.length];
        VirtioNetHeader.set(address, type, ip + header, mss, ip, checksumOffset);
        Memory.copy(address, framed, 0, VirtioNetHeader.BYTES);
        Memory.free(address);
        System.arraycopy(packet, 0, framed, VirtioNetHeader.BYTES, packet.length);
        return framed;
    }

    /**
     * The packets of one TUN write.
     *
     * @throws AssertionError if the virtio-net header is invalid or a checksum is wrong
     */
    public static List<byte[]> split(byte[] framed) {
        long address = Memory.allocate(framed.length + 64L, 64);
        long target = Memory.allocate(framed.length + 64L, 64);
        try {
            Memory.copy(framed, 0, address, framed.length);
            Segmenter segmenter = new Segmenter();
            check(segmenter.start(address, framed.length), "invalid virtio-net header or packet");
            List<byte[]> packets = new ArrayList<>();
            for (int i = 0; i < segmenter.segments(); i++) {
                byte[] packet = new byte[segmenter.segmentLength(i)];
                segmenter.next(target);
                Memory.copy(target, packet, 0, packet.length);
                checkComplete(packet);
                packets.add(packet);
            }
            return packets;
        } finally {
            Memory.free(address);
            Memory.free(target);
        }
    }

    private static void checkComplete(byte[] packet) {
        int ip = headerBytes(packet);
        // ICMP of IPv4 has no pseudo-header.
        int start = ip == 20 && packet[9] == ICMP ? 0 : pseudoSum(packet);
        check(sum(packet, ip, packet.length, start) == 0xffff, "wrong transport checksum");
        check(ip != 20 || sum(packet, 0, ip, 0) == 0xffff, "wrong IPv4 header checksum");
    }

    private static void check(boolean condition, String failure) {
        if (!condition) {
            throw new AssertionError(failure);
        }
    }

    /** Whether a packet is a datagram. */
    static boolean isUdp(byte[] packet) {
        return packet[headerBytes(packet) == 20 ? 9 : 6] == UDP;
    }

    /** The payload of a UDP or TCP packet. */
    public static byte[] payload(byte[] packet) {
        int ip = headerBytes(packet);
        int protocol = packet[ip == 20 ? 9 : 6];
        return Arrays.copyOfRange(packet, ip + (protocol == UDP ? UDP_HEADER : TCP_HEADER), packet.length);
    }

    /** The ECN bits of a packet, 0 to 3. */
    public static int ecn(byte[] packet) {
        return headerBytes(packet) == 20 ? packet[1] & 3 : packet[1] >>> 4 & 3;
    }

    /** The same IPv4 packet with other ECN bits. */
    public static byte[] withEcn(byte[] ipv4, int ecn) {
        byte[] packet = ipv4.clone();
        packet[1] = (byte) (packet[1] & ~3 | ecn);
        ByteBuffer buffer = ByteBuffer.wrap(packet).putShort(10, (short) 0);
        buffer.putShort(10, (short) ~sum(packet, 0, 20, 0));
        return packet;
    }

    private static int headerBytes(byte[] packet) {
        return packet[0] >>> 4 == 4 ? 20 : 40;
    }

    private static int pseudoSum(byte[] packet) {
        int ip = headerBytes(packet);
        int protocol = packet[ip == 20 ? 9 : 6];
        return sum(packet, ip == 20 ? 12 : 8, ip, protocol + packet.length - ip);
    }

    /** One's complement sum of big-endian words, folded. */
    private static int sum(byte[] bytes, int from, int to, int start) {
        int sum = start;
        for (int i = from; i < to; i++) {
            sum += Byte.toUnsignedInt(bytes[i]) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
