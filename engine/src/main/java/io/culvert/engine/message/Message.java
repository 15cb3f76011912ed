// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

import io.culvert.natives.Memory;

/**
 * The common parts of all messages (paper, section 5.4). Each begins with its type, a 32-bit little-endian word:
 *
 * <pre>
 *    0        1        2        3
 *   +--------+--------+--------+--------+
 *   |  type  |     reserved, zero       |
 *   +--------+--------+--------+--------+
 * </pre>
 *
 * The type is compared as a whole word, so the reserved bytes must be zero. Initiation and response end with two MACs
 * of 16 bytes, each over all bytes before it: mac1 and mac2.
 *
 * <p>Static methods over an address; the caller has checked the length of the message. Any thread.
 */
public final class Message {
    /** Type of a {@link HandshakeInitiation}. */
    public static final int HANDSHAKE_INITIATION = 1;
    /** Type of a {@link HandshakeResponse}. */
    public static final int HANDSHAKE_RESPONSE = 2;
    /** Type of a {@link CookieReply}. */
    public static final int HANDSHAKE_COOKIE = 3;
    /** Type of a {@link DataMessage}. */
    public static final int DATA = 4;

    /** Size of mac1 and of mac2 in bytes. */
    public static final int MAC_BYTES = 16;

    static final int TYPE_BYTES = 4;
    static final int SENDER = 4;

    private Message() {}

    /** The type word of a message of at least 4 bytes. */
    public static int type(long message) {
        return Memory.getInt(message);
    }

    /** Whether {@code length} bytes are an initiation, a response or a cookie reply, by type and exact length. */
    public static boolean isHandshake(long message, int length) {
        return length >= TYPE_BYTES
                && switch (type(message)) {
                    case HANDSHAKE_INITIATION -> length == HandshakeInitiation.BYTES;
                    case HANDSHAKE_RESPONSE -> length == HandshakeResponse.BYTES;
                    case HANDSHAKE_COOKIE -> length == CookieReply.BYTES;
                    default -> false;
                };
    }

    /** The sender index of an initiation or response. */
    public static int sender(long message) {
        return Memory.getInt(message + SENDER);
    }

    /** Offset of mac1 in an initiation or response of {@code length} bytes. */
    public static int mac1(int length) {
        return length - 2 * MAC_BYTES;
    }

    /** Offset of mac2 in an initiation or response of {@code length} bytes. */
    public static int mac2(int length) {
        return length - MAC_BYTES;
    }
}
