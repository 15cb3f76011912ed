// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** IP packets as the RFCs have them, byte by byte: the model that the engine is compared with. */
final class NaiveIp {
    private static final int TCP = 6;
    private static final int UDP = 17;

    private NaiveIp() {}

    static boolean isIpv4(byte[] packet) {
        return packet[0] >>> 4 == 4;
    }

    static int at16(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | bytes[offset + 1] & 0xff;
    }

    private static void put16(byte[] bytes, int offset, int value) {
        bytes[offset] = (byte) (value >>> 8);
        bytes[offset + 1] = (byte) value;
    }

    /** The packet without what follows its own length; {@code null} if it has none. */
    static byte[] trimmed(byte[] packet) {
        if (packet.length < 20) {
            return null;
        }
        int version = packet[0] >>> 4 & 15;
        int length = version == 4 ? at16(packet, 2) : at16(packet, 4) + 40;
        boolean valid = version == 4 ? length >= 20 : version == 6;
        return valid && length <= packet.length ? Arrays.copyOf(packet, length) : null;
    }

    /** One's complement sum of big-endian words, folded. */
    static int sum(byte[] bytes, int from, int to, int start) {
        long sum = start;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xffL) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    /** The sum of the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1). */
    private static int pseudo(byte[] packet, int transport, int protocol) {
        return isIpv4(packet)
                ? sum(packet, 12, 20, protocol + packet.length - transport)
                : sum(packet, 8, 40, protocol + packet.length - transport);
    }

    /** Writes the checksums of the IP header and of TCP or UDP at {@code transport}. */
    static void complete(byte[] packet, int transport, int protocol) {
        int at = transport + (protocol == TCP ? 16 : 6);
        put16(packet, at, 0);
        int checksum = ~sum(packet, transport, packet.length, pseudo(packet, transport, protocol)) & 0xffff;
        put16(packet, at, checksum == 0 && protocol == UDP ? 0xffff : checksum);
        completeIp(packet);
    }

    static void completeIp(byte[] packet) {
        if (isIpv4(packet)) {
            put16(packet, 10, 0);
            put16(packet, 10, ~sum(packet, 0, (packet[0] & 15) * 4, 0) & 0xffff);
        }
    }

    /**
     * The segments of a super-packet outside of tunnels, of which the engine has found that it is valid.
     *
     * @param size payload bytes of each but the last
     */
    static List<byte[]> segments(byte[] packet, boolean tcp, int transport, int size) {
        int header = transport + (tcp ? packet[transport + 12] >>> 2 & 0x3c : 8);
        List<byte[]> segments = new ArrayList<>();
        for (int offset = 0; header + offset < packet.length; offset += size) {
            int bytes = Math.min(size, packet.length - header - offset);
            byte[] segment = Arrays.copyOf(packet, header + bytes);
            System.arraycopy(packet, header + offset, segment, header, bytes);
            boolean last = header + offset + bytes == packet.length;
            if (isIpv4(packet)) {
                put16(segment, 2, segment.length);
                put16(segment, 4, at16(packet, 4) + segments.size());
            } else {
                put16(segment, 4, segment.length - 40);
            }
            ByteBuffer view = ByteBuffer.wrap(segment);
            if (tcp) {
                view.putInt(transport + 4, view.getInt(transport + 4) + offset);
                int keep = (offset > 0 ? ~0x80 : ~0) & (last ? ~0 : ~0x09);
                segment[transport + 13] &= (byte) keep;
            } else {
                put16(segment, transport + 4, segment.length - transport);
            }
            complete(segment, transport, tcp ? TCP : UDP);
            segments.add(segment);
        }
        return segments;
    }

    /** The offset of TCP or UDP behind IPv4 options, or hop-by-hop and destination options of IPv6. */
    static int transport(byte[] packet) {
        if (isIpv4(packet)) {
            return (packet[0] & 15) * 4;
        }
        int next = packet[6];
        int at = 40;
        while (next == 0 || next == 60) {
            next = packet[at];
            at += 8 + 8 * (packet[at + 1] & 0xff);
        }
        return at;
    }
}
