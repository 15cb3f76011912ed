// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metrics report traffic, and malicious clients of the metrics server do not harm the tunnel. */
@OnHost({"iperf3", "curl"})
class MetricsTest {
    private static final String ADDRESS = "127.0.0.1:9586";
    private static final Duration WARM = Duration.ofSeconds(60);

    /** Seventy connections with an incomplete request, held open as long as the test lasts. */
    private static final String MALICIOUS = """
            for i in $(seq 10 79); do
                eval "exec $i<>/dev/tcp/127.0.0.1/9586"; printf 'GET /metr' >&"$i"
            done 2>/dev/null
            sleep 100""";

    private static Tunnel tunnel() {
        Tunnel tunnel = Tunnel.create(
                namespace -> Daemon.start(
                        Program.CULVERT,
                        namespace,
                        Names.next(),
                        Map.of("CULVERT_METRICS", ADDRESS, "CULVERT_AEAD", "vector-256", "LOG_LEVEL", "verbose")),
                namespace -> Daemon.start(Program.WIREGUARD_GO, namespace));
        tunnel.configure();
        tunnel.connectIpv4();
        return tunnel;
    }

    @Test
    void trafficAndActiveAeadAreReported() {
        try (Tunnel tunnel = tunnel()) {
            Traffic.TCP_IPV4.run(tunnel);
            Traffic.PING_IPV6.run(tunnel);
            Metrics metrics = Metrics.of(tunnel.outside(), ADDRESS);
            Wg wg = tunnel.first().wg();
            double sent = metrics.sum("culvert_peer_sent_bytes_total\\{interface=\""
                    + tunnel.first().device() + "\",public_key=\"\\Q"
                    + tunnel.secondKey().pub() + "\\E\"}");
            assertThat(sent).isBetween(1e5, (double) wg.sent(tunnel.secondKey()));
            assertThat(metrics.sum("culvert_sent_bytes_total\\{.*}")).isBetween(1e5, sent);
            assertThat(metrics.sum("culvert_received_packets_total\\{.*}")).isPositive();
            assertThat(metrics.sum("culvert_handshakes_total\\{.*}")).isEqualTo(1);
            assertThat(metrics.sum("culvert_io_total\\{event=\"udp_sends\",.*}"))
                    .isPositive();
            assertThat(metrics.sum("culvert_tun_dropped_packets_total\\{.*}")).isNotNegative();
            assertThat(metrics.sum("culvert_socket_dropped_datagrams_total\\{.*}"))
                    .isNotNegative();
            assertThat(metrics.sum("culvert_aead_serving\\{.*}")).isEqualTo(1);
            assertThat(metrics.sum("process_resident_memory_bytes")).isGreaterThan(1e7);
            assertThat(metrics.text())
                    .contains("culvert_info{interface=\"" + tunnel.first().device() + "\"")
                    .doesNotContain(Repository.text(tunnel.firstKey().file()).strip())
                    .doesNotContain(Repository.text(tunnel.preshared().file()).strip());
        }
    }

    @Test
    void changeOfTheAeadIsLoggedAndTimestamped() {
        try (Tunnel tunnel = tunnel()) {
            assertThat(Eventually.holds(WARM, () -> tunnel.first().log().contains("AEAD implementation: vector-256")))
                    .as("the log names the AEAD implementation")
                    .isTrue();
            assertThat(Eventually.holds(
                            WARM,
                            () -> Metrics.of(tunnel.outside(), ADDRESS).sum("culvert_aead_changed_timestamp_seconds")
                                    > 1e9))
                    .isTrue();
            assertThat(Metrics.of(tunnel.outside(), ADDRESS)
                            .sum("culvert_aead_serving\\{implementation=\"vector-256\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void maliciousClientsDoNotHarmTheTunnel() {
        try (Tunnel tunnel = tunnel()) {
            File log = Daemon.logFile(tunnel.first().device() + "-malicious");
            Process malicious = tunnel.outside().start(Map.of(), log, "bash", "-c", MALICIOUS);
            try {
                for (Traffic traffic : Traffic.values()) {
                    traffic.run(tunnel);
                }
                assertThat(malicious.isAlive()).isTrue();
                assertThat(Eventually.holds(
                                WARM,
                                () -> Metrics.request(tunnel.outside(), ADDRESS).exit() == 0))
                        .as("metrics are served again")
                        .isTrue();
            } finally {
                malicious.destroyForcibly();
            }
        }
    }

    /** Both have CULVERT_METRICS, as when it is exported: the second starts, and is served when the first has ended. */
    @Test
    void secondInterfaceStartsWhileThePortIsTaken() {
        try (Namespace namespace = Namespace.create()) {
            Map<String, String> environment = Map.of("CULVERT_METRICS", ADDRESS, "CULVERT_WARMUP", "off");
            Daemon first = Daemon.start(Program.CULVERT, namespace, Names.next(), environment);
            try (Daemon second = Daemon.start(Program.CULVERT, namespace, Names.next(), environment)) {
                assertThat(Metrics.of(namespace, ADDRESS).text()).contains(first.device());
                assertThat(second.log()).contains("no metrics at http://" + ADDRESS + "/metrics yet");
                first.close();
                assertThat(Eventually.holds(
                                WARM,
                                () -> Metrics.request(namespace, ADDRESS)
                                        .output()
                                        .contains(second.device())))
                        .isTrue();
            } finally {
                first.close();
            }
        }
    }
}
