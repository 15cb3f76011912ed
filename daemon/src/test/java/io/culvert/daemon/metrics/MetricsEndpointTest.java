// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.MemoryBudget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsEndpointTest {
    private static final long LIMIT_NANOS = 30_000_000_000L;

    private final ProcessReport report = new ProcessReport(new Aeads(AeadChoice.JCE), new MemoryBudget(0));

    /** In a directory with a short name: the path of a socket has 107 bytes at most. */
    @TempDir
    private Path directory;

    private static String request(Path socket, String text) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(Path socket, String path) throws IOException {
        return request(socket, "GET " + path + " HTTP/1.1\r\nHost: culvert\r\n\r\n");
    }

    /** Repeats a request until it is answered. */
    private static String untilAnswered(Request request) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (true) {
            try {
                return request.answer();
            } catch (IOException e) {
                assertThat(System.nanoTime()).as("time").isLessThan(end);
                Thread.onSpinWait();
            }
        }
    }

    private interface Request {
        String answer() throws IOException;
    }

    @Test
    void unixSocketIsServedAndRemoved() throws IOException {
        Path socket = directory.resolve("m.sock");
        try (MetricsEndpoint _ = MetricsEndpoint.open(new MetricsAddress.Unix(socket), report)) {
            assertThat(get(socket, "/metrics"))
                    .startsWith("HTTP/1.1 200\r\n")
                    .contains("Content-Type: text/plain; version=0.0.4")
                    .contains("\nprocess_resident_memory_bytes ");
            assertThat(get(socket, "/ready?verbose")).endsWith("\r\n\r\nready\n");
            assertThat(get(socket, "/health")).endsWith("\r\n\r\nhealthy\n");
            assertThat(get(socket, "/other")).startsWith("HTTP/1.1 404\r\n");
            assertThat(request(socket, "HEAD /ready HTTP/1.0\n\n"))
                    .startsWith("HTTP/1.1 200\r\n")
                    .contains("Content-Length: 6\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(request(socket, "POST /metrics HTTP/1.1\r\n\r\n"))
                    .startsWith("HTTP/1.1 405\r\n")
                    .contains("Allow: GET, HEAD\r\n");
            assertThat(request(socket, "\0\1\2\r\n\r\n")).startsWith("HTTP/1.1 400\r\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
        }
        assertThat(socket).doesNotExist();
    }

    /** More silent clients than there are places: each loses its place after a time. */
    @Test
    void silentClientsDoNotLockOthersOut() throws IOException {
        Path socket = directory.resolve("m.sock");
        SocketChannel[] silent = new SocketChannel[70];
        try (MetricsEndpoint _ = MetricsEndpoint.open(new MetricsAddress.Unix(socket), report)) {
            for (int i = 0; i < silent.length; i++) {
                silent[i] = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            }
            assertThat(untilAnswered(() -> get(socket, "/health"))).endsWith("healthy\n");
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    @Test
    void socketOfAKilledProcessIsReplacedAndThatOfALivingOneWaitedFor() throws IOException {
        Path socket = directory.resolve("m.sock");
        ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        other.bind(UnixDomainSocketAddress.of(socket));
        try (MetricsEndpoint _ = MetricsEndpoint.open(new MetricsAddress.Unix(socket), report)) {
            // A killed process leaves its file.
            other.close();
            assertThat(untilAnswered(() -> get(socket, "/health"))).endsWith("healthy\n");
        }
    }

    @Test
    void takenPortIsServedOnceItIsFree() throws IOException {
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        InetSocketAddress address = (InetSocketAddress) other.getLocalSocketAddress();
        try (MetricsEndpoint _ = MetricsEndpoint.open(new MetricsAddress.Tcp(address), report)) {
            other.close();
            URI health = URI.create("http://127.0.0.1:" + address.getPort() + "/health");
            assertThat(untilAnswered(
                            () -> new String(health.toURL().openStream().readAllBytes(), StandardCharsets.UTF_8)))
                    .isEqualTo("healthy\n");
        }
    }

    @Test
    void addressIsShownAsItIsAskedFor() {
        assertThat(MetricsAddress.parse("localhost:9586").orElseThrow()).hasToString("http://127.0.0.1:9586/metrics");
        assertThat(MetricsAddress.parse("/run/m.sock").orElseThrow()).hasToString("unix:/run/m.sock");
    }
}
