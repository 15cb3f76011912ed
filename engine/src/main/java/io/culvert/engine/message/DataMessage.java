// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

import io.culvert.natives.Memory;

/**
 * A data message, which carries an inner packet (paper, section 5.4.6), at least 32 bytes:
 *
 * <pre>
 *    0  type = 4          4
 *    4  receiver          4   the receiver's index
 *    8  counter           8   little-endian; the nonce
 *   16  encrypted packet  n + 16   the padded packet, or nothing (a keepalive); tag
 * </pre>
 */
public final class DataMessage {
    /** Bytes before the payload. */
    public static final int HEADER_BYTES = 16;
    /** Bytes of the tag after the payload. */
    public static final int TAG_BYTES = 16;

    private static final int RECEIVER = 4;
    private static final int COUNTER = 8;

    private DataMessage() {}

    /** Whether {@code length} bytes are a data message, by type and minimum length. */
    public static boolean isData(long message, int length) {
        return length >= HEADER_BYTES + TAG_BYTES && Message.type(message) == Message.DATA;
    }

    /** Writes the header; {@code counter} is an unsigned number. */
    public static void write(long message, int receiver, long counter) {
        Memory.putInt(message, Message.DATA);
        Memory.putInt(message + RECEIVER, receiver);
        Memory.putLong(message + COUNTER, counter);
    }

    /** The receiver's index. */
    public static int receiver(long message) {
        return Memory.getInt(message + RECEIVER);
    }

    /** The counter, an unsigned number. */
    public static long counter(long message) {
        return Memory.getLong(message + COUNTER);
    }
}
