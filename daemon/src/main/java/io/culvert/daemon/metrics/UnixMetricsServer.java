// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.daemon.metrics.Answers.Answer;
import io.culvert.daemon.unix.SocketFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives the {@link Answers} over HTTP on a Unix socket, which the JDK's server cannot listen on. One request for each
 * connection; connections, the size of each, and how long its client may take, are limited. Thread-safe.
 */
final class UnixMetricsServer implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    private static final int REQUEST_BYTES = 16 * 1024;
    /** How long a client may take to send its request, and to read the answer. */
    static final Duration LIMIT = Duration.ofSeconds(5);

    private static final long RETRY_NANOS = 100_000_000;
    private static final int BAD_REQUEST = 400;

    private static final Logger LOG = System.getLogger(UnixMetricsServer.class.getName());

    private final SocketFile socket;
    private final Answers answers;
    private final Duration limit;
    private final Semaphore free = new Semaphore(CONNECTIONS);

    /**
     * Starts the server.
     *
     * @throws IOException if a process listens on the socket, or the system refuses it
     */
    UnixMetricsServer(Path file, Answers answers, Duration limit) throws IOException {
        this.answers = answers;
        this.limit = limit;
        socket = SocketFile.create(file);
        Thread.ofPlatform().daemon().name("culvert-metrics").start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                free.acquire();
                SocketChannel connection = socket.accept();
                Thread.ofVirtual().name("metrics-connection").start(() -> serve(connection));
            } catch (ClosedChannelException | InterruptedException e) {
                return;
            } catch (IOException e) {
                free.release();
                LOG.log(Level.WARNING, "cannot accept a connection for metrics: {0}", e.getMessage());
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            String head = limited(connection, () -> readHead(connection));
            String[] words = head.split("\r?\n", 2)[0].split(" ", -1);
            boolean known = words.length == 3 && words[2].startsWith("HTTP/1.");
            // A busy machine may take longer for the answer than a client may.
            Answer answer = known ? answers.answer(words[0], words[1].split("\\?", 2)[0]) : Answer.of(BAD_REQUEST);
            limited(connection, () -> {
                send(connection, answer, words[0].equals("HEAD"));
                return answer;
            });
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a client of the metrics failed: {0}", e.toString());
        } finally {
            free.release();
        }
    }

    private interface Exchange<T> {
        T run() throws IOException;
    }

    /** Runs what waits for the client, whose connection is closed if that takes too long. */
    private <T> T limited(SocketChannel connection, Exchange<T> exchange) throws IOException {
        Thread closing = Thread.ofVirtual().name("metrics-limit").start(() -> closeLater(connection));
        try {
            return exchange.run();
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
        while (!head.contains("\r\n\r\n") && !head.contains("\n\n") && buffer.hasRemaining()) {
            if (connection.read(buffer) < 0) {
                break;
            }
            head = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
        }
        return head;
    }

    private static void send(SocketChannel connection, Answer answer, boolean head) throws IOException {
        StringBuilder text =
                new StringBuilder("HTTP/1.1 ").append(answer.status()).append("\r\nConnection: close\r\n");
        if (answer.namesMethods()) {
            text.append("Allow: GET, HEAD\r\n");
        }
        if (!answer.type().isEmpty()) {
            text.append("Content-Type: ").append(answer.type()).append("\r\n");
        }
        text.append("Content-Length: ").append(answer.content().length).append("\r\n\r\n");
        write(connection, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.ISO_8859_1)));
        if (!head) {
            write(connection, ByteBuffer.wrap(answer.content()));
        }
    }

    private static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    /** Stops the server and removes the file. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
