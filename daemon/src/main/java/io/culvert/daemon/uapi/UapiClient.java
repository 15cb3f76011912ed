// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Asks the program behind a UAPI socket, which may be any userspace WireGuard, for its state. Secrets in the answer are
 * zeroed unread. Each request has its own connection, and fails if the program is silent for {@value #LIMIT_MILLIS} ms.
 */
public final class UapiClient {
    /** The request for metrics, which only Culvert answers. */
    static final String STATUS = "culvert_status=1";

    private static final String GET = "get=1";
    private static final String ERRNO = "errno=";
    private static final String SUFFIX = ".sock";
    private static final long LIMIT_MILLIS = 3000;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final List<String> SECRETS = List.of("private_key=", "preshared_key=");

    private final Path directory;

    /** A client of the sockets in a directory, such as {@code /var/run/wireguard}. */
    public UapiClient(Path directory) {
        this.directory = directory;
    }

    /** The interfaces that have a socket, by name; none if the directory does not exist. */
    public List<String> interfaces() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX) && !name.startsWith("."))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        }
    }

    /**
     * The lines of the answer to {@code get=1}, without secrets and without the line of the error number.
     *
     * @throws IOException if no program answers; the message says why
     */
    public List<String> configuration(String name) throws IOException {
        return request(name, GET).orElseThrow(() -> new IOException("the program closed the connection"));
    }

    /**
     * The device's metrics, a line each; empty if the program is not Culvert.
     *
     * @throws IOException if no program answers; the message says why
     */
    public Optional<List<String>> metrics(String name) throws IOException {
        return request(name, STATUS);
    }

    private Optional<List<String>> request(String name, String request) throws IOException {
        Path file = directory.resolve(name + SUFFIX);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open();
                Arena arena = Arena.ofConfined()) {
            connect(channel, file);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            channel.write(ByteBuffer.wrap((request + "\n\n").getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer buffer = arena.allocate(BUFFER_BYTES).asByteBuffer();
            LineReader in = new LineReader(waiting(channel, selector), buffer);
            try {
                return answer(in);
            } finally {
                in.wipe();
            }
        }
    }

    private static void connect(SocketChannel channel, Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        try {
            // Not blocking, or a program that is stopped would block it once its backlog is full.
            channel.configureBlocking(false);
            if (!channel.connect(UnixDomainSocketAddress.of(file))) {
                throw new SocketTimeoutException("the program behind " + file + " accepts no connections");
            }
        } catch (ConnectException e) {
            throw new ConnectException("no program listens on " + file + ": a killed one left it");
        } catch (IOException e) {
            if (Files.isWritable(file)) {
                throw new IOException("cannot connect to " + file + ": " + e.getMessage(), e);
            }
            throw new IOException("no permission to connect to " + file + ": try as root", e);
        }
    }

    /** The channel, whose reads wait, but not for ever. */
    private static ReadableByteChannel waiting(SocketChannel channel, Selector selector) {
        return new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer target) throws IOException {
                long begin = System.nanoTime();
                while (true) {
                    int count = channel.read(target);
                    long left = LIMIT_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                    if (count != 0) {
                        return count;
                    }
                    if (left <= 0) {
                        throw new SocketTimeoutException("no answer within " + LIMIT_MILLIS / 1000 + " s");
                    }
                    selector.select(left);
                    selector.selectedKeys().clear();
                }
            }

            @Override
            public boolean isOpen() {
                return channel.isOpen();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Reads lines up to the error number; empty if the connection was closed before the first. */
    private static Optional<List<String>> answer(LineReader in) throws IOException {
        List<String> lines = new ArrayList<>();
        while (in.next()) {
            if (SECRETS.stream().noneMatch(in::startsWith)) {
                String line = in.text();
                if (line.startsWith(ERRNO)) {
                    String errno = line.substring(ERRNO.length());
                    if (!errno.equals("0")) {
                        throw new IOException("the program refused the request: error number " + errno);
                    }
                    return Optional.of(lines);
                }
                lines.add(line);
            }
        }
        if (!lines.isEmpty()) {
            throw new IOException("the program closed the connection in the middle of its answer");
        }
        return Optional.empty();
    }
}
