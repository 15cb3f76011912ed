// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** IPv4 packets without options (RFC 791), and the Internet checksum (RFC 1071). */
final class Ipv4 {
    static final int HEADER_BYTES = 20;

    private static final int VERSION_AND_LENGTH = 0x45;
    private static final int TIME_TO_LIVE = 64;
    private static final int CHECKSUM = 10;

    private Ipv4() {}

    /** A packet with a payload. */
    static byte[] packet(String source, String destination, int protocol, byte[] payload) {
        int length = HEADER_BYTES + payload.length;
        ByteBuffer packet = ByteBuffer.allocate(length)
                .put((byte) VERSION_AND_LENGTH)
                .put((byte) 0)
                .putShort((short) length)
                .putInt(0)
                .put((byte) TIME_TO_LIVE)
                .put((byte) protocol)
                .putShort((short) 0)
                .put(InetAddress.ofLiteral(source).getAddress())
                .put(InetAddress.ofLiteral(destination).getAddress())
                .put(payload);
        packet.putShort(CHECKSUM, (short) ~sum(packet.array(), 0, HEADER_BYTES, 0));
        return packet.array();
    }

    /** The ones' complement sum of bytes, added to {@code start}, in 16 bits. */
    static int sum(byte[] bytes, int from, int count, int start) {
        int sum = start;
        for (int i = 0; i < count; i++) {
            sum += (bytes[from + i] & 0xff) << (i % 2 == 0 ? Byte.SIZE : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> Short.SIZE);
        }
        return sum;
    }
}
