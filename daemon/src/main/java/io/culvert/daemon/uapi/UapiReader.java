package io.culvert.daemon.uapi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * Reads lines from a UAPI connection. The bytes may be private keys, so they are read into direct memory (with a heap
 * buffer the JDK would keep a copy in one of its own), and both copies that this class holds are zeroed by {@link #wipe}.
 *
 * <p>One thread.
 */
final class UapiReader {
    /** Longer than any line of the protocol. */
    private static final int LINE_BYTES = 256;

    private final ReadableByteChannel channel;
    private final ByteBuffer input;
    private final byte[] line = new byte[LINE_BYTES];
    private int length;
    private boolean complete;

    /** Reads through {@code buffer}, which is direct and not used by anything else. */
    UapiReader(ReadableByteChannel channel, ByteBuffer buffer) {
        this.channel = channel;
        input = buffer.limit(0);
    }

    /**
     * Waits for the next line, or for so much of one that it {@linkplain #isTooLong is too long}; {@code false} at the
     * end of the stream when nothing is left.
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
            line[length++] = next;
        }
        return length > 0;
    }

    /** The line's bytes, valid until the next call of {@link #next} or {@link #wipe}. */
    byte[] line() {
        return line;
    }

    /** How many there are; more than {@link #line} holds when {@link #isTooLong}. */
    int length() {
        return length;
    }

    /** Whether the line is longer than any that means something; the rest of it has not been read then. */
    boolean isTooLong() {
        return length > LINE_BYTES;
    }

    /** Whether the line ended with a line end, not with the stream. */
    boolean isComplete() {
        return complete;
    }

    boolean is(String text) {
        if (length != text.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (line[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Zeroes everything that was read and used. */
    void wipe() {
        Arrays.fill(line, (byte) 0);
        int used = input.position();
        for (int i = 0; i < used; i++) {
            input.put(i, (byte) 0);
        }
    }

    private boolean fill() throws IOException {
        input.clear();
        int count = channel.read(input);
        input.flip();
        return count > 0;
    }
}
