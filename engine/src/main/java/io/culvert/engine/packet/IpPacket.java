// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The header fields of inner packets that a tunnel reads and changes (RFC 791, RFC 8200). Static methods over an
 * address. All but {@link #length} and {@link #version} need a complete fixed header, which {@code length} checks. Any
 * thread.
 */
public final class IpPacket {
    /** Bytes of an IPv4 header without options. */
    public static final int IPV4_HEADER = 20;
    /** Bytes of the fixed IPv6 header. */
    public static final int IPV6_HEADER = 40;
    /** Protocol number of TCP. */
    public static final int TCP = 6;
    /** Protocol number of UDP. */
    public static final int UDP = 17;

    /** ECN codepoint (RFC 3168): not ECN-capable transport. */
    public static final int NOT_ECT = 0;
    /** ECN codepoint: ECN-capable transport, ECT(1). */
    public static final int ECT_1 = 1;
    /** ECN codepoint: ECN-capable transport, ECT(0). */
    public static final int ECT_0 = 2;
    /** ECN codepoint: congestion experienced. */
    public static final int CE = 3;

    static final int TCP_HEADER = 20;
    static final byte ACK = 0x10;

    static final int IPV4_SOURCE = 12;
    static final int IPV6_SOURCE = 8;

    private IpPacket() {}

    /** The IP version, 0 to 15; only 4 and 6 are valid. Reads one byte. */
    public static int version(long packet) {
        return (Memory.getByte(packet) & 0xf0) >>> 4;
    }

    /**
     * The packet's length by its own header, without padding.
     *
     * @param available bytes of the packet and its padding, 0 or more
     * @return -1 if the version is neither 4 nor 6, the fixed header is incomplete, or the length is smaller than the
     *     fixed header or greater than {@code available}
     */
    public static int length(long packet, int available) {
        if (available < IPV4_HEADER) {
            return -1;
        }
        int length;
        switch (version(packet)) {
            case 4 -> {
                length = Memory.getShortBE(packet + 2);
                if (length < IPV4_HEADER) {
                    return -1;
                }
            }
            case 6 -> length = Memory.getShortBE(packet + 4) + IPV6_HEADER;
            default -> {
                return -1;
            }
        }
        return length > available ? -1 : length;
    }

    /** IPv4's protocol, or IPv6's next header. */
    public static int protocol(long packet) {
        return Memory.getByte(packet + (version(packet) == 4 ? 9 : 6)) & 0xff;
    }

    /** The offset of the end of the fixed header. */
    static int transport(long packet) {
        return version(packet) == 4 ? IPV4_HEADER : IPV6_HEADER;
    }

    /** Whether a packet without IP options is a datagram of VXLAN or Geneve, by its destination port. */
    public static boolean isUdpTunnel(long packet) {
        return protocol(packet) == UDP && isUdpTunnelPort(Memory.getShortBE(packet + transport(packet) + 2));
    }

    /** Whether a UDP port is that of VXLAN, Linux's default for VXLAN, or that of Geneve. */
    static boolean isUdpTunnelPort(int port) {
        return port == 4789 || port == 8472 || port == 6081;
    }

    /** The length of a TCP header with options, from its data offset: 0 to 60 bytes. */
    static int tcpHeader(long tcp) {
        return Memory.getByte(tcp + 12) >>> 2 & 0x3c;
    }

    /**
     * The offset of the TCP or UDP header in a super-packet, behind IPv4 options and behind IPv6's hop-by-hop (0) and
     * destination (60) options, RFC 8200 section 4. All other extension headers give -1: a routing header would change
     * the destination of the pseudo-header, and a fragment cannot be a super-packet.
     *
     * @param packet an IP packet that {@link #length} accepted
     * @param bytes of the packet
     * @return -1 if the protocol is another, or the packet is invalid or a fragment; may be beyond the packet's end
     */
    static int findTransport(long packet, int bytes, int expected) {
        return version(packet) == 4 ? findIpv4Transport(packet, expected) : findIpv6Transport(packet, bytes, expected);
    }

    private static int findIpv4Transport(long packet, int expected) {
        int ihl = (Memory.getByte(packet) & 0x0f) * 4;
        boolean fragment = (Memory.getShortBE(packet + 6) & 0x3fff) != 0;
        return ihl < IPV4_HEADER || fragment || Memory.getByte(packet + 9) != expected ? -1 : ihl;
    }

    private static int findIpv6Transport(long packet, int bytes, int expected) {
        int next = Memory.getByte(packet + 6);
        int at = IPV6_HEADER;
        while (next == 0 || next == 60) {
            if (at + 8 > bytes) {
                return -1;
            }
            next = Memory.getByte(packet + at);
            at += 8 + 8 * Byte.toUnsignedInt(Memory.getByte(packet + at + 1));
        }
        return next == expected ? at : -1;
    }

    /**
     * Whether a packet of {@code length} bytes is a TCP acknowledgement without payload and without other flags.
     *
     * @return {@code false} for packets with IP options or extension headers
     */
    public static boolean isBareAck(long packet, int length) {
        int transport = transport(packet);
        return length >= transport + TCP_HEADER
                && protocol(packet) == TCP
                && Memory.getByte(packet + transport + 13) == ACK
                && tcpHeader(packet + transport) == length - transport;
    }

    public static int ipv4Source(long packet) {
        return Memory.getIntBE(packet + IPV4_SOURCE);
    }

    public static int ipv4Destination(long packet) {
        return Memory.getIntBE(packet + 16);
    }

    public static long ipv6SourceHigh(long packet) {
        return Memory.getLongBE(packet + IPV6_SOURCE);
    }

    public static long ipv6SourceLow(long packet) {
        return Memory.getLongBE(packet + 16);
    }

    public static long ipv6DestinationHigh(long packet) {
        return Memory.getLongBE(packet + 24);
    }

    public static long ipv6DestinationLow(long packet) {
        return Memory.getLongBE(packet + 32);
    }

    /** The ECN codepoint, 0 to 3: the low two bits of IPv4's TOS or of IPv6's traffic class. */
    public static int ecn(long packet) {
        int second = Memory.getByte(packet + 1);
        return (version(packet) == 4 ? second : second >>> 4) & 3;
    }

    /**
     * The outer ECN codepoint of an inner one: the same, except ECT(0) for CE (RFC 6040 section 4.1, RFC 3168 mode).
     */
    public static int encapsulateEcn(int inner) {
        return inner == CE ? ECT_0 : inner;
    }

    /**
     * Copies the congestion marks of the outer header into the inner one, as the kernel's WireGuard does. An inner
     * Not-ECT does not change, as its transport does not support ECN. Otherwise, outer CE sets inner CE, and outer
     * ECT(1) changes inner ECT(0) to ECT(1).
     *
     * @param outer the outer ECN codepoint, 0 to 3
     */
    public static void decapsulateEcn(long packet, int outer) {
        int inner = ecn(packet);
        boolean changes = inner == ECT_0 ? (outer & 1) != 0 : inner == ECT_1 && outer == CE;
        if (changes) {
            setEcn(packet, outer);
        }
    }

    private static void setEcn(long packet, int ecn) {
        int second = Memory.getByte(packet + 1);
        if (version(packet) == 4) {
            short before = Memory.getShort(packet);
            Memory.putByte(packet + 1, (byte) (second & ~3 | ecn));
            short checksum = InternetChecksum.update(Memory.getShort(packet + 10), before, Memory.getShort(packet));
            Memory.putShort(packet + 10, checksum);
        } else {
            Memory.putByte(packet + 1, (byte) (second & ~0x30 | ecn << 4));
        }
    }
}
