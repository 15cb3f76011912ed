// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.warmup.WarmupStatus;
import io.culvert.engine.device.MemoryBudget;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixMetricsServerTest {
    private static final Duration LIMIT = Duration.ofMillis(300);

    private final ProcessReport report = new ProcessReport(new Aeads(AeadChoice.JCE), new MemoryBudget(0));

    @TempDir
    private Path directory;

    private String exchange(String request) throws IOException {
        Path socket = directory.resolve("m.sock");
        try (UnixMetricsServer _ = new UnixMetricsServer(socket, new Answers(report), LIMIT);
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theLimitIsTheClientsAndNotThatOfTheAnswer() throws IOException {
        report.warmup(() -> {
            LockSupport.parkNanos(3 * LIMIT.toNanos());
            return WarmupStatus.NONE;
        });
        assertThat(exchange("GET /metrics HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200\r\n");
    }

    @Test
    void aClientThatDoesNotEndItsRequestIsNotWaitedFor() throws IOException {
        assertThat(exchange("GET /metr")).isEmpty();
    }
}
