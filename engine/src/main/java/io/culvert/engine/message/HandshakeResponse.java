// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

import io.culvert.natives.Memory;

/**
 * The second message of a handshake (paper, section 5.4.3), 92 bytes:
 *
 * <pre>
 *    0  type = 2              4
 *    4  sender                4   the responder's index
 *    8  receiver              4   the initiator's index
 *   12  ephemeral            32   public key, in the clear
 *   44  encrypted nothing    16   a tag
 *   60  mac1                 16
 *   76  mac2                 16
 * </pre>
 */
public final class HandshakeResponse {
    /** Size of the message in bytes. */
    public static final int BYTES = 92;

    /** Offset of the ephemeral public key. */
    public static final int EPHEMERAL = 12;
    /** Offset of the encrypted empty payload: a tag. */
    public static final int ENCRYPTED_NOTHING = 44;
    /** Size of the encrypted empty payload in bytes. */
    public static final int ENCRYPTED_NOTHING_BYTES = 16;

    private static final int RECEIVER = 8;

    private HandshakeResponse() {}

    /** Writes type and indices. */
    public static void writeHeader(long message, int sender, int receiver) {
        Memory.putInt(message, Message.HANDSHAKE_RESPONSE);
        Memory.putInt(message + Message.SENDER, sender);
        Memory.putInt(message + RECEIVER, receiver);
    }

    /** The responder's index. */
    public static int sender(long message) {
        return Memory.getInt(message + Message.SENDER);
    }

    /** The initiator's index. */
    public static int receiver(long message) {
        return Memory.getInt(message + RECEIVER);
    }
}
