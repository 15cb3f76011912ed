// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.metrics.DeviceMetrics;
import io.culvert.daemon.metrics.PlatformStatus;
import io.culvert.daemon.metrics.ProcessReport;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.linux.Offload;
import io.culvert.engine.linux.OffloadState;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Metrics of a device in memory. */
class DeviceMetricsTest {
    /** A platform with one offload on and one off; a negative number of drops cannot be read. */
    private record Platform(Optional<String> ioUringUnavailableReason, long drops) implements PlatformStatus {
        @Override
        public List<OffloadState> offloads() {
            return List.of(
                    new OffloadState(Offload.UDP_GSO, Optional.empty()),
                    new OffloadState(Offload.WAKEUP_COALESCING, Optional.of("the kernel\nis \"old\"")));
        }

        @Override
        public long tunDrops() throws IOException {
            if (drops < 0) {
                throw new IOException("removed");
            }
            return drops;
        }
    }

    private static final Aeads AEADS = new Aeads(AeadChoice.JCE);

    private static String text(Node node) throws IOException {
        return text(metrics(node, new Platform(Optional.empty(), 7), DeviceMetrics.MAX_PEERS));
    }

    private static DeviceMetrics metrics(Node node, PlatformStatus platform, int maxPeers) {
        return new DeviceMetrics("1.2", "wg0", node.device(), platform, maxPeers);
    }

    private static String text(DeviceMetrics... devices) throws IOException {
        ProcessReport report = new ProcessReport(AEADS, MemoryBudget.ofHeap());
        Arrays.asList(devices).forEach(report::add);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(out, report.metrics());
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String base64(Node node) {
        return Base64.getEncoder().encodeToString(node.publicKey().toBytes());
    }

    @Test
    void trafficIsCounted() throws IOException {
        try (Simulation simulation = new Simulation(1, 2)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            simulation.runUntilIdle();
            for (int i = 0; i < 10; i++) {
                a.send(b, i, 100);
            }
            simulation.runUntilIdle();
            assertThat(b.received()).hasSize(10);
            // Data, and the keepalive that confirms the key.
            assertThat(text(a))
                    .containsPattern("culvert_sent_packets_total\\{interface=\"wg0\",worker=\"[01]\"} 1[01]\\.0")
                    .contains("culvert_handshakes_total{interface=\"wg0\",worker=\"")
                    .contains("culvert_dropped_packets_total{cause=\"tx_no_peer\",interface=\"wg0\",worker=\"1\"} 0.0")
                    .containsPattern("culvert_io_total\\{event=\"tun_reads\",interface=\"wg0\",worker=\"[01]\"} [1-9]")
                    .containsPattern("culvert_peer_sent_bytes_total\\{interface=\"wg0\",public_key=\"\\Q" + base64(b)
                            + "\\E\"} [1-9]")
                    .containsPattern("culvert_peer_last_handshake_timestamp_seconds\\{.*public_key=.*} [1-9]")
                    .contains("culvert_socket_dropped_datagrams_total{interface=\"wg0\",worker=\"0\"} 0.0")
                    .contains("culvert_handshake_socket_dropped_datagrams_total{interface=\"wg0\"} 0.0")
                    .contains("culvert_handshake_messages_total{interface=\"wg0\",outcome=\"accepted\"} 1.0")
                    .contains("culvert_handshake_messages_total{interface=\"wg0\",outcome=\"wrong_mac\"} 0.0")
                    .contains("culvert_tun_dropped_packets_total{interface=\"wg0\"} 7.0");
            assertThat(text(b))
                    .containsPattern("culvert_received_bytes_total\\{interface=\"wg0\",worker=\"[01]\"} [1-9]")
                    .contains("culvert_peers{interface=\"wg0\"} 1.0");
        }
    }

    /** Two nodes between which ten packets were sent. */
    private static void withTraffic(BiConsumer<Node, Node> test) {
        try (Simulation simulation = new Simulation(1, 2)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            for (int i = 0; i < 10; i++) {
                a.send(b, i, 100);
                simulation.runUntilIdle();
            }
            test.accept(a, b);
        }
    }

    private static double sum(String text, String series) {
        return new Metrics(text).sum(series);
    }

    /** As prometheus_wireguard_exporter and wireguard_exporter have them. */
    @Test
    void peersAreReportedAsWidespreadExportersDo() {
        withTraffic((a, b) -> {
            String text = Unchecked.call(() -> text(a));
            String key = "public_key=\"" + base64(b) + "\"";
            String allowed = "allowed_ips=\"10.0.0.2/32,fd00::2/128\",interface=\"wg0\"," + key;
            double sent = sum(text, Pattern.quote("wireguard_sent_bytes_total{" + allowed + "}"));
            assertThat(sent).isEqualTo(a.peer().sentBytes());
            assertThat(sum(text, Pattern.quote("wireguard_received_bytes_total{" + allowed + "}")))
                    .isEqualTo(a.peer().receivedBytes());
            assertThat(sum(text, Pattern.quote("wireguard_latest_handshake_seconds{" + allowed + "}")))
                    .isEqualTo(a.peer().handshakeSeconds());
            String device = "{device=\"wg0\",interface=\"wg0\",";
            assertThat(text)
                    .contains("wireguard_device_info" + device + "public_key=\"" + base64(a) + "\"} 1.0")
                    .contains("wireguard_peer_info{allowed_ips=\"10.0.0.2/32,fd00::2/128\",device=\"wg0\","
                            + "endpoint=\"192.0.2.2:51820\",interface=\"wg0\"," + key + "} 1.0")
                    .contains("wireguard_peer_transmit_bytes_total" + device + key + "} " + sent)
                    .contains("wireguard_peer_receive_bytes_total" + device + key)
                    .contains("wireguard_peer_last_handshake_seconds" + device + key)
                    .contains("# TYPE wireguard_latest_handshake_seconds gauge");
        });
    }

    @Test
    void batchesAreCounted() {
        withTraffic((a, b) -> {
            String sent = Unchecked.call(() -> text(a));
            // Each packet was read once more after the handshake for which it was staged.
            assertThat(sum(sent, "culvert_batch_packets_bucket\\{batch=\"tun_read\",interface=\"wg0\",le=\"1.0\"}"))
                    .isBetween(10.0, 11.0);
            assertThat(sum(sent, "culvert_batch_packets_sum\\{batch=\"udp_send\",.*}"))
                    .isEqualTo(10);
            assertThat(sum(sent, "culvert_batch_packets_count\\{batch=\"sent_train\",.*}"))
                    .isEqualTo(10);
            String received = Unchecked.call(() -> text(b));
            assertThat(sum(received, "culvert_batch_packets_sum\\{batch=\"received_train\",.*}"))
                    .isEqualTo(10);
            // With the handshake message.
            assertThat(sum(received, "culvert_batch_packets_sum\\{batch=\"udp_receive\",.*}"))
                    .isBetween(10.0, 11.0);
        });
    }

    @Test
    void waitsOfOneTrainInSixtyFourAreCounted() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            for (int i = 0; i < 200; i++) {
                a.send(b, i, 100);
                simulation.runUntilIdle();
            }
            for (String queue : List.of("cipher", "commit")) {
                String series = "culvert_queue_wait_seconds_count\\{direction=\"%s\",interface=\"wg0\",queue=\"%s\"}";
                assertThat(sum(text(a), series.formatted("sent", queue))).isEqualTo(3);
                assertThat(sum(text(b), series.formatted("received", queue))).isEqualTo(3);
            }
        }
    }

    @Test
    void failuresOfHandshakesAreCountedByReason() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            a.send(b, 1, 100);
            simulation.run(6_000_000_000L);
            assertThat(text(a)).contains("failures_total{interface=\"wg0\",reason=\"timed_out\"} 1.0");
            assertThat(text(b))
                    .contains("culvert_handshake_failures_total{interface=\"wg0\",reason=\"unknown_peer\"} 2.0")
                    .contains("failures_total{interface=\"wg0\",reason=\"wrong_mac\"} 0.0");
        }
    }

    @Test
    void devicesOfOneProcessDifferByTheirInterface() {
        withTraffic((a, b) -> {
            PlatformStatus platform = new Platform(Optional.empty(), 0);
            DeviceMetrics second = new DeviceMetrics("1.2", "wg1", b.device(), platform, 100);
            String text = Unchecked.call(() -> text(metrics(a, platform, 100), second));
            assertThat(text)
                    .contains("culvert_peers{interface=\"wg0\"} 1.0\nculvert_peers{interface=\"wg1\"} 1.0")
                    .containsOnlyOnce("# HELP culvert_peers ")
                    .containsOnlyOnce("\nprocess_resident_memory_bytes ");
        });
    }

    /** Every metric has a row in the operator's reference, and every row is a metric. */
    @Test
    void everyMetricIsDocumented() {
        withTraffic((a, b) -> {
            Set<String> exported = new TreeSet<>();
            Matcher types = Pattern.compile("(?m)^# TYPE (\\S+) ").matcher(Unchecked.call(() -> text(a)));
            while (types.find()) {
                exported.add(types.group(1));
            }
            // Without a refusal of the system, or without threads, they have no series.
            exported.addAll(List.of("culvert_shortfall", "culvert_worker_cpu_seconds_total"));
            Set<String> documented = new TreeSet<>();
            Matcher rows = Pattern.compile("`((?:culvert|wireguard|process|jvm)_\\w+)`")
                    .matcher(Repository.text(Repository.root().resolve("docs/operations.md")));
            while (rows.find()) {
                documented.add(rows.group(1));
            }
            assertThat(documented).containsExactlyInAnyOrderElementsOf(exported);
        });
    }

    @Test
    void wantedAndOpenPortAreReported() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node node = simulation.downNode();
            assertThat(text(node))
                    .contains("culvert_device_ready{interface=\"wg0\",reason=\"the interface is down\"} 0.0")
                    .contains("culvert_listen_port{interface=\"wg0\",state=\"wanted\"} 51820.0")
                    .contains("culvert_listen_port{interface=\"wg0\",state=\"open\"} 0.0");
            node.platform().bind().setIpv6(false);
            node.tun().setLink(true);
            node.tun().setLink(false);
            node.tun().setLink(true);
            assertThat(text(node))
                    .contains("culvert_device_ready{interface=\"wg0\",reason=\"\"} 1.0")
                    .contains("culvert_listen_port{interface=\"wg0\",state=\"open\"} 51820.0")
                    .contains("culvert_shortfall{interface=\"wg0\",reason=\"the host has none\",what=\"ipv6\"} 1.0");
            node.tun().setLink(false);
            node.platform().bind().setTaken(Node.PORT, true);
            node.tun().setLink(true);
            assertThat(text(node))
                    .contains("culvert_device_ready{interface=\"wg0\",reason=\"port 51820 is taken\"} 0.0")
                    .contains("culvert_listen_port{interface=\"wg0\",state=\"wanted\"} 51820.0")
                    .contains("culvert_listen_port{interface=\"wg0\",state=\"open\"} 0.0");
        }
    }

    @Test
    void configurationIsReported() throws IOException {
        try (Simulation simulation = new Simulation(1, 3)) {
            assertThat(text(simulation.node()))
                    .contains("culvert_info{interface=\"wg0\",version=\"1.2\"} 1")
                    .contains("culvert_workers{interface=\"wg0\"} 3.0")
                    .contains("culvert_aead_serving{implementation=\"" + AEADS.implementation() + "\"} 1.0")
                    .contains("culvert_warmup{reason=\"\",state=\"off\"} 1.0")
                    .contains("culvert_io_uring_enabled{interface=\"wg0\",reason=\"\"} 1.0")
                    .contains("culvert_offload_enabled{interface=\"wg0\",offload=\"udp-gso\",reason=\"\"} 1.0")
                    .contains("culvert_offload_enabled{interface=\"wg0\",offload=\"wakeup-coalescing\","
                            + "reason=\"the kernel\\nis \\\"old\\\"\"} 0.0")
                    .containsPattern("process_resident_memory_bytes [1-9]")
                    .containsPattern("process_cpu_seconds_total [0-9.]+")
                    .containsPattern("jvm_gc_collection_seconds_count\\{gc=");
        }
    }

    private static String oldSeries(String title, String reason) {
        return "%s{interface=\"wg0\",%s=\"%s\",%s=\"%s\"}"
                .formatted(
                        DeprecatedNames.OFFLOAD_METRIC,
                        DeprecatedNames.OFFLOAD_METRIC_TITLE,
                        title,
                        DeprecatedNames.OFFLOAD_METRIC_REASON,
                        reason);
    }

    /** The metric that was replaced is still exported, with the labels and titles that it had. */
    @Test
    void deprecatedOffloadMetricIsStillExported() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            PlatformStatus platform = new Platform(Optional.of("not permitted"), 0);
            String old = DeprecatedNames.OFFLOAD_METRIC;
            assertThat(text(metrics(simulation.node(), platform, 0)))
                    .contains("culvert_io_uring_enabled{interface=\"wg0\",reason=\"not permitted\"} 0.0")
                    .contains(
                            "# HELP " + old + " Deprecated, use culvert_offload_enabled and culvert_io_uring_enabled.")
                    .contains(oldSeries("io_uring", "not permitted") + " 0.0")
                    .contains(oldSeries("UDP_SEGMENT", "") + " 1.0")
                    .contains(oldSeries(
                                    DeprecatedNames.oldTitle(Offload.WAKEUP_COALESCING), "the kernel\\nis \\\"old\\\"")
                            + " 0.0");
        }
    }

    @Test
    void unreadableTunDropsAreLeftOut() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            DeviceMetrics metrics = metrics(simulation.node(), new Platform(Optional.empty(), -1), 0);
            assertThat(text(metrics)).doesNotContain("culvert_tun_dropped").contains("culvert_workers");
        }
    }

    @Test
    void manyPeersHaveNoMetricsOfTheirOwn() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node node = simulation.node();
            List<PeerUpdate> peers = new ArrayList<>();
            for (int i = 0; i <= DeviceMetrics.MAX_PEERS; i++) {
                byte[] key = new byte[PublicKey.BYTES];
                key[0] = (byte) i;
                key[1] = 1;
                peers.add(new PeerUpdate(
                        new PublicKey(key), false, false, null, null, OptionalInt.empty(), false, List.of()));
            }
            node.apply(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers));
            assertThat(text(node))
                    .contains("culvert_peers{interface=\"wg0\"} " + (DeviceMetrics.MAX_PEERS + 1) + ".0")
                    .doesNotContain("wireguard_peer", "wireguard_sent", "culvert_peer_sent");
            assertThat(text(metrics(node, new Platform(Optional.empty(), 0), DeviceMetrics.MAX_PEERS + 1)))
                    .contains("culvert_peer_sent_bytes_total{interface=\"wg0\",public_key=");
        }
    }

    @Test
    void secretsAreNotShown() throws IOException {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            byte[] preshared = new byte[Secret.BYTES];
            Arrays.fill(preshared, (byte) 0x5a);
            a.apply(new PeerUpdate(
                    b.publicKey(), false, false, new Secret(preshared), null, OptionalInt.empty(), false, List.of()));
            simulation.runUntilIdle();
            String text = text(a);
            try (DeviceSnapshot snapshot = a.device().snapshot()) {
                for (Secret secret : List.of(
                        snapshot.privateKey(), snapshot.peers().getFirst().presharedKey())) {
                    byte[] bytes = secret.toBytes();
                    assertThat(text)
                            .doesNotContain(Base64.getEncoder().encodeToString(bytes))
                            .doesNotContain(HexFormat.of().formatHex(bytes));
                    Arrays.fill(bytes, (byte) 0);
                }
            }
        }
    }
}
