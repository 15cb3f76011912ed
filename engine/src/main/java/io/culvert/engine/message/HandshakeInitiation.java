// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

import io.culvert.natives.Memory;

/**
 * The first message of a handshake (paper, section 5.4.2), 148 bytes:
 *
 * <pre>
 *     0  type = 1                  4
 *     4  sender                    4   the initiator's index
 *     8  ephemeral                32   public key, in the clear
 *    40  encrypted static    32 + 16   the initiator's public key, tag
 *    88  encrypted timestamp 12 + 16   TAI64N, tag
 *   116  mac1                     16
 *   132  mac2                     16
 * </pre>
 */
public final class HandshakeInitiation {
    /** Size of the message in bytes. */
    public static final int BYTES = 148;

    /** Offset of the ephemeral public key. */
    public static final int EPHEMERAL = 8;
    /** Offset of the encrypted static public key. */
    public static final int ENCRYPTED_STATIC = 40;
    /** Size of the encrypted static public key in bytes, tag included. */
    public static final int ENCRYPTED_STATIC_BYTES = 32 + 16;
    /** Offset of the encrypted timestamp. */
    public static final int ENCRYPTED_TIMESTAMP = 88;
    /** Size of the encrypted timestamp in bytes, tag included. */
    public static final int ENCRYPTED_TIMESTAMP_BYTES = 12 + 16;

    private HandshakeInitiation() {}

    /** Writes type and sender index. */
    public static void writeHeader(long message, int sender) {
        Memory.putInt(message, Message.HANDSHAKE_INITIATION);
        Memory.putInt(message + Message.SENDER, sender);
    }

    /** The initiator's index. */
    public static int sender(long message) {
        return Memory.getInt(message + Message.SENDER);
    }
}
