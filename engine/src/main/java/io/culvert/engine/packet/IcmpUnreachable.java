// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * Writes the ICMP error for a packet whose destination cannot be reached: host unreachable (RFC 792, type 3, code 1) or
 * address unreachable (RFC 4443, type 1, code 3), as the kernel's WireGuard sends them for packets without a peer.
 * Static methods over addresses; any thread; no allocation.
 *
 * <p>The error comes from the address that cannot be reached. A router would use an address of its own, but an error
 * that enters through a TUN with an address of the host is dropped as a martian.
 */
public final class IcmpUnreachable {
    /** The longest error: RFC 4443 allows IPv6's minimum MTU, 1,280 bytes. */
    public static final int MAX_BYTES = 1280;

    /** RFC 1812, section 4.3.2.3: as much of the packet as fits into 576 bytes. */
    private static final int MAX_IPV4_BYTES = 576;

    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int ICMP_HEADER = 8;
    private static final int TTL = 64;

    private IcmpUnreachable() {}

    /**
     * Writes the error for a packet, unless none may be sent (RFC 1122, section 3.2.2; RFC 4443, section 2.4): an error
     * for an error, for a fragment other than the first, from or to an address that is no host's.
     *
     * @param packet an IP packet that {@link IpPacket#length} accepted
     * @param length of the packet, or of as much of the super-packet as is in memory
     * @param target of the IP packet to write, {@link #MAX_BYTES} long
     * @return the bytes written, 0 if no error may be sent
     */
    public static int write(long packet, int length, long target) {
        return IpPacket.version(packet) == 4 ? writeIpv4(packet, length, target) : writeIpv6(packet, length, target);
    }

    private static int writeIpv4(long packet, int length, long target) {
        if (!mayAnswerIpv4(packet, length)) {
            return 0;
        }
        int quoted = Math.min(length, MAX_IPV4_BYTES - IpPacket.IPV4_HEADER - ICMP_HEADER);
        int bytes = IpPacket.IPV4_HEADER + ICMP_HEADER + quoted;
        // Version and length of the header, and the precedence of network control (RFC 1812, section 4.3.2.5).
        Memory.putShortBE(target, 0x45c0);
        Memory.putShortBE(target + 2, bytes);
        // No identification, and don't fragment.
        Memory.putInt(target + 4, 0);
        Memory.putShortBE(target + 6, 0x4000);
        Memory.putByte(target + 8, (byte) TTL);
        Memory.putByte(target + 9, (byte) ICMP);
        Memory.putShort(target + 10, (short) 0);
        Memory.putInt(target + 12, Memory.getInt(packet + 16));
        Memory.putInt(target + 16, Memory.getInt(packet + IpPacket.IPV4_SOURCE));
        Memory.putShort(target + 10, InternetChecksum.finish(InternetChecksum.sum(target, IpPacket.IPV4_HEADER)));
        writeIcmp(target + IpPacket.IPV4_HEADER, 3, 1, packet, quoted, 0);
        return bytes;
    }

    private static int writeIpv6(long packet, int length, long target) {
        if (!mayAnswerIpv6(packet, length)) {
            return 0;
        }
        int quoted = Math.min(length, MAX_BYTES - IpPacket.IPV6_HEADER - ICMP_HEADER);
        int payload = ICMP_HEADER + quoted;
        Memory.putInt(target, 0);
        Memory.putByte(target, (byte) 0x60);
        Memory.putShortBE(target + 4, payload);
        Memory.putByte(target + 6, (byte) ICMPV6);
        Memory.putByte(target + 7, (byte) TTL);
        Memory.copy(packet + 24, target + 8, 16);
        Memory.copy(packet + 8, target + 24, 16);
        long pseudoHeader = InternetChecksum.pseudoHeader(target, ICMPV6) + InternetChecksum.swap(payload);
        writeIcmp(target + IpPacket.IPV6_HEADER, 1, 3, packet, quoted, pseudoHeader);
        return IpPacket.IPV6_HEADER + payload;
    }

    private static void writeIcmp(long icmp, int type, int code, long packet, int quoted, long pseudoHeader) {
        Memory.putLong(icmp, 0);
        Memory.putByte(icmp, (byte) type);
        Memory.putByte(icmp + 1, (byte) code);
        Memory.copy(packet, icmp + ICMP_HEADER, quoted);
        long sum = pseudoHeader + InternetChecksum.sum(icmp, ICMP_HEADER + quoted);
        Memory.putShort(icmp + 2, InternetChecksum.finish(sum));
    }

    private static boolean mayAnswerIpv4(long packet, int length) {
        int header = (Memory.getByte(packet) & 0x0f) * 4;
        boolean laterFragment = (Memory.getShortBE(packet + 6) & 0x1fff) != 0;
        return header >= IpPacket.IPV4_HEADER
                && header <= length
                && !laterFragment
                && isHost(IpPacket.ipv4Source(packet))
                && isHost(IpPacket.ipv4Destination(packet))
                && (Memory.getByte(packet + 9) != ICMP || length > header && isQuery(Memory.getByte(packet + header)));
    }

    /** Neither 0.0.0.0/8 nor 127.0.0.0/8, multicast, class E or broadcast. */
    private static boolean isHost(int address) {
        int first = address >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    /** An ICMP message that is no error: error types are 3, 4, 5, 11 and 12. */
    private static boolean isQuery(int type) {
        return switch (type) {
            case 3, 4, 5, 11, 12 -> false;
            default -> true;
        };
    }

    private static boolean mayAnswerIpv6(long packet, int length) {
        return length >= IpPacket.IPV6_HEADER
                && isHost(IpPacket.ipv6SourceHigh(packet), IpPacket.ipv6SourceLow(packet))
                && isHost(IpPacket.ipv6DestinationHigh(packet), IpPacket.ipv6DestinationLow(packet))
                && mayAnswerIpv6Payload(packet, length);
    }

    /** Neither multicast, unspecified nor loopback. */
    private static boolean isHost(long high, long low) {
        return high >>> 56 != 0xff && (high != 0 || low >>> 1 != 0);
    }

    /** Walks the extension headers (RFC 8200, section 4) to find a fragment or an ICMPv6 error, of type 0 to 127. */
    private static boolean mayAnswerIpv6Payload(long packet, int length) {
        int next = Memory.getByte(packet + 6);
        int at = IpPacket.IPV6_HEADER;
        while (isExtension(next)) {
            if (at + 8 > length) {
                return false;
            }
            if (next == 44 && (Memory.getShortBE(packet + at + 2) & 0xfff8) != 0) {
                return false;
            }
            int bytes = next == 44 ? 8 : 8 + 8 * Byte.toUnsignedInt(Memory.getByte(packet + at + 1));
            next = Memory.getByte(packet + at);
            at += bytes;
        }
        return next != ICMPV6 || at < length && Memory.getByte(packet + at) < 0;
    }

    /** Hop-by-hop options, routing, fragment, destination options. */
    private static boolean isExtension(int header) {
        return header == 0 || header == 43 || header == 44 || header == 60;
    }
}
