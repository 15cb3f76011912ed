// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Writes text that holds secrets to a channel, through a direct buffer that is zeroed after each write: on the heap the
 * garbage collector would leave copies behind. Single characters and ASCII allocate nothing. One thread.
 */
public final class SecretOutput {
    private final WritableByteChannel channel;
    private final ByteBuffer buffer;

    /** Writes through {@code buffer}, which must be direct and is used by this object alone. */
    public SecretOutput(WritableByteChannel channel, ByteBuffer buffer) {
        this.channel = channel;
        this.buffer = buffer;
    }

    /** Appends a character of ASCII. */
    public void put(char ascii) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put((byte) ascii);
    }

    /** Appends characters of ASCII. */
    public void put(String ascii) throws IOException {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    /** Appends a text without secrets in UTF-8. */
    public void putText(String text) throws IOException {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            put((char) Byte.toUnsignedInt(b));
        }
    }

    /** Makes room for so many characters, at most the buffer's size, which {@link #append} then takes. */
    public void reserve(int characters) throws IOException {
        if (buffer.remaining() < characters) {
            flush();
        }
    }

    /** Appends a character of ASCII for which there is room. */
    public void append(char ascii) {
        buffer.put((byte) ascii);
    }

    /** Writes what was appended, and zeroes it. */
    public void flush() throws IOException {
        int length = buffer.position();
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } finally {
            buffer.clear();
            for (int i = 0; i < length; i++) {
                buffer.put(i, (byte) 0);
            }
        }
    }
}
