// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import java.nio.ByteBuffer;

/** Builds inner packets for tests, with an independent implementation of the checksum. */
final class Packets {
    static final int FIN = 1;
    static final int SYN = 2;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int URG = 32;
    static final int ECE = 64;
    static final int CWR = 128;

    private Packets() {}

    /** One's complement sum, byte by byte, of big-endian words; folded. */
    static int naiveSum(byte[] bytes, int from, int to, int start) {
        int sum = start;
        for (int i = from; i < to; i++) {
            int value = bytes[i] & 0xff;
            sum += (i - from) % 2 == 0 ? value << 8 : value;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    /** A TCP segment with a timestamp-sized option block. */
    static byte[] tcp(boolean ipv6, int id, int sequence, int flags, int payload) {
        int ip = ipv6 ? 40 : 20;
        ByteBuffer packet = ByteBuffer.allocate(ip + 32 + payload);
        putIp(packet, ipv6, id, 6);
        packet.putShort((short) 5001).putShort((short) 443).putInt(sequence).putInt(77_777);
        packet.put((byte) 0x80).put((byte) flags).putShort((short) 512).putInt(0);
        packet.putInt(0x0101080a).putInt(1234).putInt(5678);
        fill(packet, sequence);
        return complete(packet.array());
    }

    /** A datagram. */
    static byte[] udp(boolean ipv6, int id, int payload, int seed) {
        return udp(ipv6, 53, id, payload, seed);
    }

    /** A datagram to a port. */
    static byte[] udp(boolean ipv6, int port, int id, int payload, int seed) {
        int ip = ipv6 ? 40 : 20;
        ByteBuffer packet = ByteBuffer.allocate(ip + 8 + payload);
        putIp(packet, ipv6, id, 17);
        packet.putShort((short) 5001)
                .putShort((short) port)
                .putShort((short) (8 + payload))
                .putShort((short) 0);
        fill(packet, seed);
        return complete(packet.array());
    }

    private static void putIp(ByteBuffer packet, boolean ipv6, int id, int protocol) {
        if (ipv6) {
            packet.putInt(0x60012345).putShort((short) (packet.capacity() - 40));
            packet.put((byte) protocol).put((byte) 64);
            packet.putLong(0xfd00_0000_0000_0001L)
                    .putLong(1)
                    .putLong(0xfd00_0000_0000_0001L)
                    .putLong(2);
        } else {
            packet.putShort((short) 0x4500).putShort((short) packet.capacity());
            packet.putShort((short) id).putShort((short) 0);
            packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
            packet.putInt(0x0a000001).putInt(0x0a000002);
        }
    }

    private static void fill(ByteBuffer packet, int seed) {
        for (int i = 0; packet.hasRemaining(); i++) {
            packet.put((byte) (seed * 31 + i * 7 + (i >>> 8)));
        }
    }

    /** Sets the checksums of IP and of TCP or UDP; the packet has no IPv6 extension headers. */
    static byte[] complete(byte[] packet) {
        boolean ipv6 = packet[0] >>> 4 == 6;
        int ip = ipv6 ? 40 : (packet[0] & 15) * 4;
        boolean tcp = packet[ipv6 ? 6 : 9] == 6;
        int at = ip + (tcp ? 16 : 6);
        put(packet, at, 0);
        int checksum = ~naiveSum(packet, ip, packet.length, pseudo(packet, packet.length - ip)) & 0xffff;
        put(packet, at, checksum == 0 && !tcp ? 0xffff : checksum);
        if (!ipv6) {
            put(packet, 10, 0);
            put(packet, 10, ~naiveSum(packet, 0, ip, 0) & 0xffff);
        }
        return packet;
    }

    /** The pseudo-header's sum, folded. */
    static int pseudo(byte[] packet, int transportLength) {
        boolean ipv6 = packet[0] >>> 4 == 6;
        int sum = naiveSum(packet, ipv6 ? 8 : 12, ipv6 ? 40 : 20, 0) + packet[ipv6 ? 6 : 9] + transportLength;
        sum = (sum & 0xffff) + (sum >>> 16);
        return (sum & 0xffff) + (sum >>> 16);
    }

    static void put(byte[] packet, int at, int word) {
        packet[at] = (byte) (word >>> 8);
        packet[at + 1] = (byte) word;
    }
}
