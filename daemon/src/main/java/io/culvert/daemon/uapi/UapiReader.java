// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads lines from a UAPI connection. The bytes may be private keys, so they stay off the heap, where the garbage
 * collector would leave copies behind. For a heap buffer, the JDK would also read into a cached direct buffer of its
 * own. {@link #wipe} zeroes both copies that this class holds.
 *
 * <p>One thread.
 */
final class UapiReader {
    /** Longest line accepted, in bytes; longer than any valid line of the protocol. */
    static final int LINE_BYTES = 256;

    private final ReadableByteChannel channel;
    private final ByteBuffer input;
    private final ByteBuffer line;
    private int length;
    private boolean complete;

    /** Reads through {@code buffer}, which must be direct, of 1 KiB at least, and is used by this reader alone. */
    UapiReader(ReadableByteChannel channel, ByteBuffer buffer) {
        this.channel = channel;
        line = buffer.slice(0, LINE_BYTES);
        input = buffer.slice(LINE_BYTES, buffer.capacity() - LINE_BYTES).limit(0);
    }

    /**
     * Waits for the next line, or for so many bytes of it that it {@linkplain #isTooLong is too long}.
     *
     * @return {@code false} if the stream ended and no bytes are left
     */
    boolean next() throws IOException {
        length = 0;
        complete = false;
        while (input.hasRemaining() || fill()) {
            byte next = input.get();
            if (next == '\n') {
                complete = true;
                return true;
            }
            if (length == LINE_BYTES) {
                length++;
                return true;
            }
            line.put(length++, next);
        }
        return length > 0;
    }

    /** Returns the line's bytes, from index 0, valid until the next call of {@link #next} or {@link #wipe}. */
    ByteBuffer line() {
        return line;
    }

    /** Returns the line's length in bytes; greater than the capacity of {@link #line} if {@link #isTooLong}. */
    int length() {
        return length;
    }

    /** Whether the line is longer than {@value #LINE_BYTES} bytes; the rest of it is not read then. */
    boolean isTooLong() {
        return length > LINE_BYTES;
    }

    /** Whether the line ended with a newline rather than with the stream. */
    boolean isComplete() {
        return complete;
    }

    boolean is(String text) {
        if (length != text.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (line.get(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean startsWith(String text) {
        if (length < text.length() || isTooLong()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (line.get(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The absolute value of the decimal number from an index to the end of the line; -1 if there is none. */
    long number(int from) {
        int begin = from < length && line.get(from) == '-' ? from + 1 : from;
        StringBuilder digits = new StringBuilder();
        for (int i = begin; i < length; i++) {
            digits.append((char) line.get(i));
        }
        return AddressText.decimal(digits.toString(), Integer.MAX_VALUE);
    }

    /** Zeroes all bytes that were read and consumed. */
    void wipe() {
        zero(line, LINE_BYTES);
        zero(input, input.position());
    }

    private static void zero(ByteBuffer buffer, int bytes) {
        for (int i = 0; i < bytes; i++) {
            buffer.put(i, (byte) 0);
        }
    }

    private boolean fill() throws IOException {
        input.clear();
        int count = channel.read(input);
        input.flip();
        return count > 0;
    }
}
