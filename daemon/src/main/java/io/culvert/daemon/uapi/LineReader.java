// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Reads lines of an answer, some of which are secrets: those stay in the direct buffer, which {@link #wipe} zeroes, and
 * become no object of the heap unless {@link #text} is called.
 *
 * <p>One thread.
 */
final class LineReader {
    private final ReadableByteChannel channel;
    private final ByteBuffer input;
    private int begin;
    private int end;

    /** Reads through {@code buffer}, which must be direct, longer than any line, and is used by this reader alone. */
    LineReader(ReadableByteChannel channel, ByteBuffer buffer) {
        this.channel = channel;
        input = buffer.limit(0);
    }

    /**
     * Waits for the next line; the one before it is forgotten.
     *
     * @return {@code false} if the stream has ended
     * @throws IOException if the stream fails, or the line is longer than the buffer
     */
    boolean next() throws IOException {
        begin = input.position();
        int at = begin;
        while (true) {
            for (; at < input.limit(); at++) {
                if (input.get(at) == '\n') {
                    end = at;
                    input.position(at + 1);
                    return true;
                }
            }
            at -= begin;
            input.position(begin).compact();
            begin = 0;
            if (!input.hasRemaining()) {
                throw new IOException("the answer has a line longer than " + input.capacity() + " bytes");
            }
            int count = channel.read(input);
            input.flip();
            if (count < 0) {
                return false;
            }
        }
    }

    boolean startsWith(String ascii) {
        if (end - begin < ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (input.get(begin + i) != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The line, on the heap: not for secrets. */
    String text() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(end - begin);
        for (int i = begin; i < end; i++) {
            bytes.write(input.get(i));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Zeroes the buffer. */
    void wipe() {
        input.clear();
        for (int i = 0; i < input.capacity(); i++) {
            input.put(i, (byte) 0);
        }
        input.limit(0);
    }
}
