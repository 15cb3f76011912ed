// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.io.Shortfall;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final DeviceStatus UP = new DeviceStatus(true, 0, 7, 0, Optional.empty(), List.of());

    private final AtomicInteger collections = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    private volatile DeviceStatus status = UP;
    private volatile boolean failing;
    private final ProcessReport report = new ProcessReport(new Aeads(AeadChoice.JCE), new MemoryBudget(0));
    private volatile Map<String, Integer> stalls = Map.of("worker-0", 0);
    private MetricsServer server;

    /** An interface with one metric. */
    private final class Planted implements InterfaceReport {
        private final String name;

        Planted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public MetricSnapshots metrics() {
            collections.incrementAndGet();
            if (failing) {
                throw new OutOfMemoryError("planted");
            }
            MetricFamilies families = new MetricFamilies();
            families.gauge("answer", "To all.", Labels.EMPTY, 42);
            return families.build();
        }

        @Override
        public DeviceStatus status() {
            return status;
        }

        @Override
        public Map<String, Integer> stalls() {
            return stalls;
        }
    }

    @BeforeEach
    void start() throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        report.add(new Planted("wg0"));
        server = new MetricsServer(any, new Answers(report));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket connect(String text) throws IOException {
        Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort());
        sockets.add(socket);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private String request(String method, String path) throws IOException {
        return answer(connect(method + " " + path + " HTTP/1.1\r\nHost: culvert\r\n\r\n"));
    }

    @Test
    void metricsAreServedAsText() throws IOException {
        assertThat(request("GET", "/metrics"))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-type: text/plain; version=0.0.4")
                .contains("# HELP answer To all.\n# TYPE answer gauge\nanswer{interface=\"wg0\"} 42.0\n");
        assertThat(request("HEAD", "/metrics")).startsWith("HTTP/1.1 200 ").doesNotContain("answer");
    }

    @Test
    void nothingElseIsServed() throws IOException {
        assertThat(request("GET", "/")).startsWith("HTTP/1.1 404 ");
        assertThat(request("GET", "/metrics/../etc")).startsWith("HTTP/1.1 404 ");
        assertThat(request("POST", "/metrics")).startsWith("HTTP/1.1 405 ").containsIgnoringCase("allow: GET, HEAD");
        assertThat(collections).hasValue(0);
    }

    @Test
    void readinessSaysWhetherTheInterfacesCarryPackets() throws IOException {
        assertThat(request("GET", "/ready"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\nready\nwg0: ready: UDP port 7\n");
        status = new DeviceStatus(true, 7, 0, 0, Optional.of("UDP port 7: Address already in use"), List.of());
        assertThat(request("GET", "/ready"))
                .startsWith("HTTP/1.1 503 ")
                .endsWith("\r\n\r\nnot ready\nwg0: not ready: UDP port 7: Address already in use\n");
        status = new DeviceStatus(false, 7, 0, 0, Optional.empty(), List.of());
        assertThat(request("GET", "/ready")).endsWith("not ready\nwg0: not ready: the interface is down\n");
        assertThat(request("GET", "/health")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nhealthy\n");
        assertThat(request("HEAD", "/ready")).startsWith("HTTP/1.1 503 ").doesNotContain("ready:");
        assertThat(request("POST", "/ready")).startsWith("HTTP/1.1 405 ");
        assertThat(collections).hasValue(0);
    }

    @Test
    void readinessSaysWhatAnInterfaceDoesWithout() throws IOException {
        status = new DeviceStatus(true, 7, 7, 0, Optional.empty(), List.of(new Shortfall("ipv6", "there is none")));
        assertThat(request("GET", "/ready"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("ready\nwg0: ready: UDP port 7\nwg0: without ipv6: there is none\n");
    }

    @Test
    void healthNamesThreadsThatAreStuck() throws IOException {
        report.add(new Planted("wg1"));
        stalls = Map.of("worker-0", 9);
        assertThat(request("GET", "/health")).startsWith("HTTP/1.1 200 ");
        stalls = Map.of("worker-0", 10);
        assertThat(request("GET", "/health"))
                .startsWith("HTTP/1.1 503 ")
                .endsWith("not healthy\nwg0: worker-0 has not turned for 10 s\n"
                        + "wg1: worker-0 has not turned for 10 s\n");
    }

    /** A family may stand in the text once only. */
    @Test
    void interfacesShareTheFamiliesOfTheirMetrics() throws IOException {
        InterfaceReport second = new Planted("wg1");
        report.add(second);
        assertThat(request("GET", "/metrics"))
                .containsOnlyOnce("# TYPE answer gauge")
                .contains("answer{interface=\"wg0\"} 42.0\nanswer{interface=\"wg1\"} 42.0\n")
                .contains("\nculvert_peer_memory_bytes{state=\"used\"} 0.0\n");
        report.remove(second);
        assertThat(report.metrics().stream()
                        .filter(family -> family.getMetadata().getName().equals("answer"))
                        .mapToLong(family -> family.getDataPoints().size()))
                .containsExactly(1L);
    }

    @Test
    void anErrorInTheCollectionIsAnswered() throws IOException {
        failing = true;
        assertThat(request("GET", "/metrics")).startsWith("HTTP/1.1 500 ");
        failing = false;
        assertThat(request("GET", "/metrics")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void frequentRequestsShareOneCollection() throws IOException {
        for (int i = 0; i < 50; i++) {
            assertThat(request("GET", "/metrics")).contains("answer{interface=\"wg0\"} 42.0");
        }
        assertThat(collections.get()).isLessThan(50);
    }

    /** More of each than threads and queue slots together; a time limit frees each slot. */
    @Test
    void slowAndMaliciousClientsDoNotBlockOthersForever() throws IOException {
        for (int i = 0; i < 20; i++) {
            connect("");
            connect("GET /metr");
            connect("GET /metrics HTTP/1.1\r\nX: ");
        }
        assertThat(untilServed()).contains("answer{interface=\"wg0\"} 42.0");
    }

    @Test
    void oversizedHeadersAreRejected() throws IOException {
        Socket socket = connect("GET /metrics HTTP/1.1\r\n");
        byte[] line = ("X-" + "x".repeat(100) + ": y\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        socket.getOutputStream().write(line);
                    }
                    // The server closes the connection after 16 KiB, during or after the write.
                    if (answer(socket).contains("answer")) {
                        return;
                    }
                    throw new IOException("refused");
                })
                .isInstanceOf(IOException.class);
        assertThat(request("GET", "/metrics")).contains("answer{interface=\"wg0\"} 42.0");
    }

    @Test
    void malformedRequestIsNotAnswered() throws IOException {
        assertThat(answer(connect("\0\1\2\r\n\r\n"))).doesNotContain("answer");
        assertThat(request("GET", "/metrics")).contains("answer{interface=\"wg0\"} 42.0");
    }

    @Test
    void portInUseIsAnErrorAndCloseReleasesIt() throws IOException {
        InetSocketAddress address = server.address();
        assertThatThrownBy(() -> new MetricsServer(address, new Answers(report)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
        server.close();
        server = new MetricsServer(address, new Answers(report));
        assertThat(request("GET", "/metrics")).startsWith("HTTP/1.1 200 ");
    }

    /** Repeats a rejected request, as Prometheus does. */
    private String untilServed() throws IOException {
        long end = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
        while (true) {
            try {
                String answer = request("GET", "/metrics");
                if (!answer.isEmpty()) {
                    return answer;
                }
            } catch (IOException e) {
                assertThat(System.nanoTime()).as("time").isLessThan(end);
            }
        }
    }
}
