// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A TCP segment (RFC 9293) over IPv4.
 *
 * @param sourcePort 1 to 65,535
 * @param destinationPort likewise
 * @param sequence of the first byte, or of SYN or FIN
 * @param acknowledged the next byte that the sender expects, if it has the flag
 * @param flags bits of {@link #FIN} and the others
 * @param window in bytes
 * @param data the payload
 */
record TcpSegment(
        int sourcePort, int destinationPort, int sequence, int acknowledged, int flags, int window, byte[] data) {
    static final int PROTOCOL = 6;
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int ACK = 16;

    private static final int HEADER_BYTES = 20;
    /** A SYN states the largest segment that its sender can take, in an option of four bytes. */
    private static final int MSS_OPTION = 0x0204_0000;

    private static final int OFFSET_SHIFT = 12;
    private static final int CHECKSUM = 16;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The sequence number behind it. */
    int end() {
        return sequence + data.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    /** The IP packet. */
    byte[] toPacket(String source, String destination, int maxSegment) {
        int header = HEADER_BYTES + (has(SYN) ? Integer.BYTES : 0);
        ByteBuffer segment = ByteBuffer.allocate(header + data.length)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(sequence)
                .putInt(acknowledged)
                .putShort((short) (header / Integer.BYTES << OFFSET_SHIFT | flags))
                .putShort((short) window)
                .putInt(0);
        if (has(SYN)) {
            segment.putInt(MSS_OPTION | maxSegment);
        }
        segment.put(data);
        int pseudo = pseudoSum(source, destination, segment.capacity());
        segment.putShort(CHECKSUM, (short) ~Ipv4.sum(segment.array(), 0, segment.capacity(), pseudo));
        return Ipv4.packet(source, destination, PROTOCOL, segment.array());
    }

    private static int pseudoSum(String source, String destination, int length) {
        byte[] addresses = ByteBuffer.allocate(2 * Integer.BYTES)
                .put(InetAddress.ofLiteral(source).getAddress())
                .put(InetAddress.ofLiteral(destination).getAddress())
                .array();
        return Ipv4.sum(addresses, 0, addresses.length, PROTOCOL + length);
    }

    /** The segment in an IP packet, or {@code null} if it holds none or one that is damaged. */
    static TcpSegment parse(ByteBuffer packet) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        ByteBuffer all = ByteBuffer.wrap(bytes);
        int ipHeader = (bytes[0] & 0xf) * Integer.BYTES;
        if (bytes[0] >> Integer.BYTES != Integer.BYTES
                || bytes[9] != PROTOCOL
                || bytes.length < ipHeader + HEADER_BYTES) {
            return null;
        }
        int length = Short.toUnsignedInt(all.getShort(2)) - ipHeader;
        int pseudo = Ipv4.sum(bytes, 12, 2 * Integer.BYTES, PROTOCOL + length);
        if (ipHeader + length > bytes.length || Ipv4.sum(bytes, ipHeader, length, pseudo) != 0xffff) {
            return null;
        }
        ByteBuffer segment = all.slice(ipHeader, length);
        int offsetAndFlags = Short.toUnsignedInt(segment.getShort(12));
        int header = (offsetAndFlags >> OFFSET_SHIFT) * Integer.BYTES;
        return new TcpSegment(
                Short.toUnsignedInt(segment.getShort(0)),
                Short.toUnsignedInt(segment.getShort(2)),
                segment.getInt(4),
                segment.getInt(8),
                offsetAndFlags & 0x3f,
                Short.toUnsignedInt(segment.getShort(14)),
                Arrays.copyOfRange(bytes, ipHeader + header, ipHeader + length));
    }
}
