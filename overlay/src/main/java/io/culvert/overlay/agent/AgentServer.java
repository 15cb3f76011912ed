// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives texts over HTTP, on a Unix socket that its owner alone can open or on a TCP port. One request for each
 * connection; connections, and the size and duration of each, are limited. Thread-safe.
 */
final class AgentServer implements AutoCloseable {
    private static final Logger LOG = System.getLogger(AgentServer.class.getName());
    private static final int CONNECTIONS = 16;
    private static final int REQUEST_BYTES = 8 * 1024;
    /** How long a client may take to send its request, and to read the answer. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final long RETRY_NANOS = 100_000_000;
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final ServerSocketChannel channel;
    private final Optional<Path> file;
    private final Map<String, Callable<String>> pages;
    private final Duration limit;
    private final Semaphore free = new Semaphore(CONNECTIONS);

    private AgentServer(
            ServerSocketChannel channel, Optional<Path> file, Map<String, Callable<String>> pages, Duration limit) {
        this.channel = channel;
        this.file = file;
        this.pages = pages;
        this.limit = limit;
        Thread.ofPlatform().daemon().name("overlay-status").start(this::accept);
    }

    /**
     * Serves pages, by their paths, on a Unix socket. What a killed process left there is replaced.
     *
     * @throws IOException if a process listens on it, or the system refuses
     */
    static AgentServer on(Path socket, Map<String, Callable<String>> pages) throws IOException {
        return on(socket, pages, LIMIT);
    }

    static AgentServer on(Path socket, Map<String, Callable<String>> pages, Duration limit) throws IOException {
        if (isServed(socket)) {
            throw new IOException(socket + " is another agent's: one agent runs for each network");
        }
        // Bound under another name and renamed when it listens, so that nobody finds one that refuses connections.
        Path temporary = socket.resolveSibling("." + socket.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(temporary));
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            Files.move(temporary, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(temporary);
            throw new IOException(socket + ": cannot listen there: " + e.getMessage(), e);
        }
        return new AgentServer(channel, Optional.of(socket), pages, limit);
    }

    /** Serves pages, by their paths, on a TCP port. */
    static AgentServer on(InetSocketAddress address, Map<String, Callable<String>> pages) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(address);
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot serve metrics on " + address + ": " + e.getMessage(), e);
        }
        return new AgentServer(channel, Optional.empty(), pages, LIMIT);
    }

    /** Whether a process listens on a socket. */
    static boolean isServed(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            return false;
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    private void accept() {
        while (true) {
            try {
                free.acquire();
                SocketChannel connection = channel.accept();
                Thread.ofVirtual().name("status-connection").start(() -> serve(connection));
            } catch (ClosedChannelException | InterruptedException e) {
                return;
            } catch (IOException e) {
                free.release();
                LOG.log(Level.WARNING, "cannot accept a connection for status: {0}", e.getMessage());
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            String[] words = limited(connection, () -> readHead(connection))
                    .split("\r?\n", 2)[0]
                    .split(" ", -1);
            if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
                send(connection, 400, "expected GET PATH HTTP/1.1\n");
            } else if (!words[0].equals("GET")) {
                send(connection, 405, "only GET is served\n");
            } else {
                Callable<String> page = pages.get(words[1].split("\\?", 2)[0]);
                // A busy machine may take longer for the page than a client may.
                String content = page == null ? "there is: " + pages.keySet() + "\n" : page.call();
                send(connection, page == null ? 404 : 200, content);
            }
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "a client of the status failed: {0}", e.toString());
        } finally {
            free.release();
        }
    }

    /** Runs what waits for the client, whose connection is closed if that takes too long. */
    private <T> T limited(SocketChannel connection, Callable<T> exchange) throws Exception {
        Thread closing = Thread.ofVirtual().name("status-limit").start(() -> closeLater(connection));
        try {
            return exchange.call();
        } finally {
            closing.interrupt();
        }
    }

    private void closeLater(SocketChannel connection) {
        try {
            Thread.sleep(limit);
            connection.close();
        } catch (InterruptedException | IOException e) {
            // It has been closed, or the client was in time.
        }
    }

    /** The request up to the empty line behind its headers, as far as it is read. */
    private static String readHead(SocketChannel connection) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(REQUEST_BYTES);
        String head = "";
        while (!head.contains("\r\n\r\n") && buffer.hasRemaining() && connection.read(buffer) >= 0) {
            head = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
        }
        return head;
    }

    private void send(SocketChannel connection, int status, String content) throws Exception {
        limited(connection, () -> write(connection, status, content));
    }

    private static int write(SocketChannel connection, int status, String content) throws IOException {
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Type: " + TEXT + "\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        for (byte[] part : new byte[][] {head.getBytes(StandardCharsets.US_ASCII), body}) {
            ByteBuffer bytes = ByteBuffer.wrap(part);
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
        }
        return body.length;
    }

    /** The address of a TCP port. */
    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /** Stops the server, and removes its socket. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (file.isPresent()) {
            Files.deleteIfExists(file.get());
        }
    }
}
