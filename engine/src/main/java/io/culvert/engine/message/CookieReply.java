// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

import io.culvert.natives.Memory;

/**
 * The cookie reply, which a responder under load sends in place of a response (paper, section 5.4.7), 64 bytes:
 *
 * <pre>
 *    0  type = 3              4
 *    4  receiver              4   the sender index of the message it answers
 *    8  nonce                24   random
 *   32  encrypted cookie 16 + 16  cookie, tag
 * </pre>
 */
public final class CookieReply {
    /** Size of the message in bytes. */
    public static final int BYTES = 64;

    /** Offset of the nonce. */
    public static final int NONCE = 8;
    /** Size of the nonce in bytes. */
    public static final int NONCE_BYTES = 24;
    /** Offset of the encrypted cookie. */
    public static final int ENCRYPTED_COOKIE = 32;
    /** Size of the encrypted cookie in bytes, tag included. */
    public static final int ENCRYPTED_COOKIE_BYTES = 16 + 16;

    private static final int RECEIVER = 4;

    private CookieReply() {}

    /** Writes type and receiver index. */
    public static void writeHeader(long message, int receiver) {
        Memory.putInt(message, Message.HANDSHAKE_COOKIE);
        Memory.putInt(message + RECEIVER, receiver);
    }

    /** The receiver index: the sender index of the answered message. */
    public static int receiver(long message) {
        return Memory.getInt(message + RECEIVER);
    }
}
