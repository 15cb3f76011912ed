// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection to the UAPI socket of an interface, for requests that {@code wg} would not send. */
final class Uapi implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern ERRNO = Pattern.compile("^errno=(-?\\d+)$", Pattern.MULTILINE);

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

    private Uapi(SocketChannel channel) {
        this.channel = channel;
    }

    static Uapi connect(String device) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(Daemon.socket(device)));
            channel.configureBlocking(false);
            return new Uapi(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request on a connection of its own, and returns the answer. */
    static String request(String device, String request) {
        try (Uapi uapi = connect(device)) {
            uapi.send(request);
            return uapi.answer();
        }
    }

    /** The error number of a {@code set} request with these lines, 0 for success. */
    static int set(String device, String... lines) {
        String answer = request(device, "set=1\n" + String.join("\n", lines) + "\n\n");
        Matcher matcher = ERRNO.matcher(answer);
        if (!matcher.find()) {
            throw new AssertionError("no errno in: " + answer);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** The answer to {@code get}. */
    static String get(String device) {
        return request(device, "get=1\n\n");
    }

    /** Sends text; fails the test if the daemon stops reading. */
    void send(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        boolean sent = Eventually.holds(LIMIT, () -> {
            try {
                channel.write(bytes);
                return !bytes.hasRemaining();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(sent).as("the daemon reads the request").isTrue();
    }

    /** The answer up to an empty line or the end of the connection; fails the test if neither comes. */
    String answer() {
        StringBuilder text = new StringBuilder();
        boolean ended = Eventually.holds(LIMIT, () -> {
            try {
                buffer.clear();
                int length = channel.read(buffer);
                text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
                return length < 0 || text.indexOf("\n\n") >= 0;
            } catch (IOException e) {
                return true; // the daemon closed the connection
            }
        });
        assertThat(ended).as("answered or closed; so far: %s", text).isTrue();
        return text.toString();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
