// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * One connection to the UAPI socket of an interface. Requests and answers may hold private keys: they pass through
 * direct buffers that are zeroed after use, and a line becomes a string only if its value is asked for. One thread.
 */
final class UapiConnection implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int LINE_BYTES = 512;

    private final Path socket;
    private final Duration limit;
    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] line = new byte[LINE_BYTES];
    private int length;
    private int equals;

    /**
     * Connects.
     *
     * @param limit how long the other end may be silent
     * @throws IOException if no process listens on the socket
     */
    UapiConnection(Path socket, Duration limit) throws IOException {
        this.socket = socket;
        this.limit = limit;
        SocketChannel opened;
        try {
            opened = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new IOException(socket + ": no WireGuard listens there (" + e.getMessage() + ")", e);
        }
        channel = opened;
        try {
            channel.configureBlocking(false);
            selector = Selector.open();
            channel.register(selector, 0);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Adds a line to the request. */
    void line(String key, String value) throws IOException {
        put(key);
        put('=');
        put(value);
        put('\n');
    }

    /** Adds a line whose value is secret bytes, as hexadecimal digits. */
    void secret(String key, byte[] value) throws IOException {
        put(key);
        put('=');
        for (byte b : value) {
            put(digit(b >> 4 & 15));
            put(digit(b & 15));
        }
        put('\n');
    }

    /** Ends the request and sends it. */
    void send() throws IOException {
        put('\n');
        flush();
    }

    /** Computed, so that the time does not depend on the digit. */
    private static char digit(int value) {
        return (char) ('0' + value + ((9 - value) >> 31 & 'a' - '0' - 10));
    }

    private void put(String ascii) throws IOException {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    private void put(char c) throws IOException {
        if (!out.hasRemaining()) {
            flush();
        }
        out.put((byte) c);
    }

    private void flush() throws IOException {
        out.flip();
        try {
            while (out.hasRemaining()) {
                if (channel.write(out) == 0) {
                    await(SelectionKey.OP_WRITE);
                }
            }
        } finally {
            zero(out);
        }
    }

    /**
     * Reads the next line of the answer.
     *
     * @return whether there was one that is not empty
     * @throws IOException if the line has no {@code =} or more than 512 bytes, or if the answer breaks off
     */
    boolean next() throws IOException {
        length = 0;
        equals = -1;
        byte b = read();
        while (b != '\n') {
            if (length == LINE_BYTES) {
                throw new IOException(socket + " answered a line of more than " + LINE_BYTES + " bytes");
            }
            if (b == '=' && equals < 0) {
                equals = length;
            }
            line[length++] = b;
            b = read();
        }
        if (length > 0 && equals < 0) {
            throw new IOException(socket + " answered a line without '='");
        }
        return length > 0;
    }

    private byte read() throws IOException {
        while (!in.hasRemaining()) {
            in.clear();
            int count = channel.read(in);
            in.flip();
            if (count < 0) {
                throw new IOException(socket + " ended the connection without an answer");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ);
            }
        }
        return in.get();
    }

    private void await(int operation) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        if (selector.select(limit.toMillis()) == 0) {
            throw new IOException(socket + " has not answered for " + limit.toSeconds() + " s");
        }
        selector.selectedKeys().clear();
    }

    /** Whether the line has this key. */
    boolean isKey(String key) {
        if (equals != key.length()) {
            return false;
        }
        for (int i = 0; i < equals; i++) {
            if (line[i] != key.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The value of the line. */
    String value() {
        return new String(line, equals + 1, length - equals - 1, StandardCharsets.US_ASCII);
    }

    /** The value of the line as a number. */
    long number() throws IOException {
        try {
            return Long.parseLong(value());
        } catch (NumberFormatException e) {
            throw new IOException(socket + " answered what is not a number: " + value(), e);
        }
    }

    private static void zero(ByteBuffer buffer) {
        buffer.clear();
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) 0);
        }
    }

    /** Ends the connection and zeroes the buffers. */
    @Override
    public void close() throws IOException {
        zero(in);
        zero(out);
        Arrays.fill(line, (byte) 0);
        try (channel) {
            selector.close();
        }
    }
}
