package io.culvert.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The UAPI socket of an interface, spoken to without {@code wg}, so that one can say what {@code wg} never would. */
final class Uapi implements AutoCloseable {
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
            return new Uapi(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one request of its own; the answer ends with the daemon's empty line, or where it hangs up. */
    static String ask(String device, String request) {
        try (Uapi uapi = connect(device)) {
            uapi.send(request);
            return uapi.answer();
        }
    }

    /** The error number of a {@code set} request with these lines, 0 for success. */
    static int set(String device, String... lines) {
        String answer = ask(device, "set=1\n" + String.join("\n", lines) + "\n\n");
        Matcher matcher = ERRNO.matcher(answer);
        if (!matcher.find()) {
            throw new AssertionError("no errno in: " + answer);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** The answer to {@code get}. */
    static String get(String device) {
        return ask(device, "get=1\n\n");
    }

    void send(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String answer() {
        StringBuilder text = new StringBuilder();
        try {
            while (text.indexOf("\n\n") < 0) {
                buffer.clear();
                if (channel.read(buffer) < 0) {
                    break;
                }
                text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
            }
        } catch (IOException e) {
            return text.toString(); // hung up
        }
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
