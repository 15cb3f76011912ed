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
        return text(new DeviceMetrics("1.2", "wg0", node.device(), new Platform(Optional.empty(), 7)), node);
    }

    private static String text(DeviceMetrics metrics, Node node) throws IOException {
        ProcessReport report = new ProcessReport(AEADS, node.device().memory());
        report.add(metrics);
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
                    .containsPattern(
                            "culvert_peer_last_handshake_timestamp_seconds\\{interface=\"wg0\",public_key=.*} [1-9]")
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
            Node node = simulation.node();
            String old = DeprecatedNames.OFFLOAD_METRIC;
            assertThat(text(new DeviceMetrics("1.2", "wg0", node.device(), platform), node))
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
            Node node = simulation.node();
            DeviceMetrics metrics = new DeviceMetrics("1.2", "wg0", node.device(), new Platform(Optional.empty(), -1));
            assertThat(text(metrics, node))
                    .doesNotContain("culvert_tun_dropped")
                    .contains("culvert_workers");
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
                    .doesNotContain("public_key");
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
