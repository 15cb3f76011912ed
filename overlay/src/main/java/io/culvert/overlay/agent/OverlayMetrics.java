// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The status of an agent as metrics of Prometheus, with the labels {@code network} and {@code node}. */
final class OverlayMetrics {
    private final MetricSnapshots.Builder families = MetricSnapshots.builder();
    private final Labels labels;

    private OverlayMetrics(AgentStatus status) {
        labels = Labels.of("network", status.network(), "node", status.node());
        gauge("synced", "Whether the store is watched and all that it told is known.", status.isSynced() ? 1 : 0);
        gauge("revision", "Revision of the store that is known.", status.revision());
        gauge(
                "snapshot_age_seconds",
                "Time since the store was last heard of; NaN if never.",
                status.snapshotAgeSeconds() < 0 ? Double.NaN : status.snapshotAgeSeconds());
        gauge("nodes", "Members of the network that are known.", status.nodes());
        gauge("peers", "Nodes that the interface has as peers.", status.peers());
        gauge("planned_peers", "Nodes that the interface is to have as peers.", status.plannedPeers());
        gauge("leaving_nodes", "Nodes without records that wait for their turn to go.", status.leaving());
        gauge("held_records", "Records in use that a store which went back lacks.", status.held());
        counter("store_restores", "How often the store went back to an older state.", labels, status.restores());
        rejected(status.rejected());
        counter(
                "watch_restarts",
                "Watches of the store that ended, and tries that failed.",
                labels,
                status.watchRestarts());
        counter("lists", "How often all records were listed.", labels, status.lists());
        families.metricSnapshot(SummarySnapshot.builder()
                .name("culvert_overlay_apply_seconds")
                .help("Changes of the interface's peers, and how long they took.")
                .dataPoint(SummaryDataPointSnapshot.builder()
                        .labels(labels)
                        .count(status.applies())
                        .sum(status.applySeconds())
                        .build())
                .build());
        gauge(
                "membership_expiry_timestamp_seconds",
                "When this node's membership ends, in seconds since 1970.",
                status.membershipEndSeconds());
        gauge(
                "clock_good",
                "Whether the clock is plausible.",
                status.clockProblem().isEmpty() ? 1 : 0);
        gauge(
                "interface_good",
                "Whether the interface is as planned.",
                status.interfaceProblem().isEmpty() ? 1 : 0);
        gauge("key_changing", "Whether a change of the WireGuard key is under way.", status.isChangingKey() ? 1 : 0);
    }

    /** The text that Prometheus reads. */
    static String of(AgentStatus status) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, new OverlayMetrics(status).families.build());
        return text.toString(StandardCharsets.UTF_8);
    }

    private void gauge(String name, String help, double value) {
        families.metricSnapshot(GaugeSnapshot.builder()
                .name("culvert_overlay_" + name)
                .help(help)
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build())
                .build());
    }

    private void counter(String name, String help, Labels of, double value) {
        families.metricSnapshot(CounterSnapshot.builder()
                .name("culvert_overlay_" + name)
                .help(help)
                .dataPoint(CounterDataPointSnapshot.builder()
                        .labels(of)
                        .value(value)
                        .build())
                .build());
    }

    /** Each reason from the start on, or the first refusal would be no rise. */
    private void rejected(Map<String, Long> counts) {
        CounterSnapshot.Builder family =
                CounterSnapshot.builder().name("culvert_overlay_rejected").help("Records that were refused.");
        counts.forEach((reason, count) -> family.dataPoint(CounterDataPointSnapshot.builder()
                .labels(labels.merge(Labels.of("reason", reason)))
                .value(count)
                .build()));
        families.metricSnapshot(family.build());
    }
}
