// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentServerTest {
    private static final Duration LIMIT = Duration.ofMillis(300);

    @TempDir
    private Path directory;

    private String exchange(String request, Callable<String> page) throws IOException {
        Path socket = directory.resolve("a.sock");
        try (AgentServer _ = AgentServer.on(socket, Map.of("/status", page), LIMIT);
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theLimitIsTheClientsAndNotThatOfThePage() throws IOException {
        String answer = exchange("GET /status HTTP/1.1\r\n\r\n", () -> {
            LockSupport.parkNanos(3 * LIMIT.toNanos());
            return "in step";
        });
        assertThat(answer).startsWith("HTTP/1.1 200\r\n").endsWith("\r\n\r\nin step");
    }

    @Test
    void aClientThatDoesNotEndItsRequestIsNotWaitedFor() throws IOException {
        assertThat(exchange("GET /sta", () -> "in step")).isEmpty();
    }
}
