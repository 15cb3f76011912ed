// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import static io.culvert.daemon.metrics.Families.counter;
import static io.culvert.daemon.metrics.Families.gauge;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.Peer;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.IoCounters;
import io.culvert.engine.linux.OffloadState;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.Traffic;
import io.culvert.engine.pipeline.Worker;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The metrics of a device. The workers' counters are read without stopping or waking the workers. Metrics contain no
 * secrets; a peer is identified by its public key.
 */
public final class DeviceMetrics implements InterfaceReport {
    /** With more peers than this, there are no metrics per peer, to bound the number of time series. */
    public static final int MAX_PEERS = 100;

    private static final Map<Traffic, String> TRAFFIC_HELP = Map.of(
            Traffic.SENT_PACKETS, "Data messages sent, including keepalives.",
            Traffic.SENT_BYTES, "Bytes of data messages sent, including headers and tags.",
            Traffic.RECEIVED_PACKETS, "Data messages received and accepted, including keepalives.",
            Traffic.RECEIVED_BYTES, "Bytes of data messages received and accepted, including headers and tags.",
            Traffic.HANDSHAKES, "Handshakes completed.");

    private final String version;
    private final String name;
    private final Device device;
    private final PlatformStatus platform;

    /** Reports on a device and its platform layer, under the interface's name. */
    public DeviceMetrics(String version, String name, Device device, PlatformStatus platform) {
        this.version = version;
        this.name = name;
        this.device = device;
        this.platform = platform;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DeviceStatus status() {
        return device.status();
    }

    @Override
    public Map<String, Integer> stalls() {
        return device.statistics().stalls();
    }

    @Override
    public MetricSnapshots metrics() {
        List<MetricSnapshot> all = new ArrayList<>(configuration());
        all.addAll(ports());
        all.addAll(offloads());
        all.addAll(counts());
        all.add(WorkerCpu.collect(name));
        all.addAll(peers());
        return new MetricSnapshots(all);
    }

    private List<MetricSnapshot> configuration() {
        return List.of(
                InfoSnapshot.builder()
                        .name("culvert")
                        .help("Culvert's version and its interface.")
                        .dataPoint(InfoDataPointSnapshot.builder()
                                .labels(Labels.of("version", version))
                                .build())
                        .build(),
                gauge(
                        "culvert_workers",
                        "Threads that process packets.",
                        device.workers().count()),
                stalledThreads());
    }

    private MetricSnapshot stalledThreads() {
        Map<Labels, Integer> stalls = new LinkedHashMap<>();
        device.statistics().stalls().forEach((thread, seconds) -> stalls.put(Labels.of("thread", thread), seconds));
        return gauge(
                "culvert_thread_stalled_seconds",
                "For how long a thread has not turned; 0 for one that turns or sleeps.",
                stalls);
    }

    private List<MetricSnapshot> ports() {
        DeviceStatus status = device.status();
        Map<Labels, Integer> ports = new LinkedHashMap<>();
        ports.put(Labels.of("state", "wanted"), status.wantedPort());
        ports.put(Labels.of("state", "open"), status.openPort());
        Map<Labels, Integer> shortfalls = new LinkedHashMap<>();
        status.shortfalls()
                .forEach(shortfall ->
                        shortfalls.put(Labels.of("what", shortfall.what(), "reason", shortfall.reason()), 1));
        return List.of(
                gauge(
                        "culvert_device_ready",
                        "1 if the interface is up and its port is open; 0 if not, and the reason.",
                        Map.of(Labels.of("reason", status.unreadyReason().orElse("")), status.isReady() ? 1 : 0)),
                gauge("culvert_listen_port", "The UDP port: wanted, 0 for any; and open, 0 for none.", ports),
                gauge(
                        "culvert_shortfall",
                        "1 for each thing that is wanted and that the system refuses, and the reason.",
                        shortfalls));
    }

    private List<MetricSnapshot> offloads() {
        String ioUring = platform.ioUringUnavailableReason().orElse("");
        Map<Labels, Integer> enabled = new LinkedHashMap<>();
        Map<Labels, Integer> deprecated = new LinkedHashMap<>();
        deprecated.put(oldLabels("io_uring", ioUring), ioUring.isEmpty() ? 1 : 0);
        for (OffloadState state : platform.offloads()) {
            String reason = state.unavailableReason().orElse("");
            int value = state.isOn() ? 1 : 0;
            enabled.put(Labels.of("offload", state.offload().word(), "reason", reason), value);
            deprecated.put(oldLabels(DeprecatedNames.oldTitle(state.offload()), reason), value);
        }
        return List.of(
                gauge(
                        "culvert_io_uring_enabled",
                        "1 if io_uring is used for I/O; 0 if plain system calls are, and the reason.",
                        Map.of(Labels.of("reason", ioUring), ioUring.isEmpty() ? 1 : 0)),
                gauge(
                        "culvert_offload_enabled",
                        "1 for each offload that is on, 0 for one that is off, and the reason.",
                        enabled),
                gauge(
                        DeprecatedNames.OFFLOAD_METRIC,
                        "Deprecated, use culvert_offload_enabled and culvert_io_uring_enabled.",
                        deprecated));
    }

    private static Labels oldLabels(String title, String reason) {
        return Labels.of(DeprecatedNames.OFFLOAD_METRIC_TITLE, title, DeprecatedNames.OFFLOAD_METRIC_REASON, reason);
    }

    private List<MetricSnapshot> counts() {
        Map<Labels, Long> losses = byWorker(worker -> device.statistics().receiveLosses(worker.id()));
        List<MetricSnapshot> counts = new ArrayList<>(List.of(
                counter(
                        "culvert_dropped_packets",
                        "Packets dropped, by cause.",
                        byWorkerAnd("cause", DropCause.values(), Worker::drops)),
                counter(
                        "culvert_io",
                        "I/O events of the workers, such as system calls.",
                        byWorkerAnd(
                                "event",
                                IoCounters.Counter.values(),
                                worker -> worker.io().counters())),
                counter(
                        "culvert_socket_dropped_datagrams",
                        "Datagrams dropped because the socket's receive buffer was full.",
                        losses),
                counter(
                        "culvert_handshake_socket_dropped_datagrams",
                        "Handshake messages dropped because their socket's receive buffer was full.",
                        Map.of(Labels.EMPTY, device.statistics().handshakeLosses())),
                counter(
                        "culvert_handshake_messages",
                        "Handshake messages received, by what became of them.",
                        handshakeOutcomes())));
        for (Traffic counter : Traffic.values()) {
            String family = counter.name().toLowerCase(Locale.ROOT);
            counts.add(counter(
                    "culvert_" + family,
                    TRAFFIC_HELP.get(counter),
                    byWorker(worker -> worker.traffic().get(counter))));
        }
        try {
            long drops = platform.tunDrops();
            counts.add(counter(
                    "culvert_tun_dropped_packets",
                    "Packets dropped because the interface's queue was full.",
                    Map.of(Labels.EMPTY, drops)));
        } catch (IOException e) {
            // The interface was removed or is being moved between namespaces: leave the metric out.
        }
        return counts;
    }

    private Map<Labels, Long> handshakeOutcomes() {
        Map<Labels, Long> values = new LinkedHashMap<>();
        device.statistics()
                .handshakeOutcomes()
                .forEach((outcome, count) ->
                        values.put(Labels.of("outcome", outcome.name().toLowerCase(Locale.ROOT)), count));
        return values;
    }

    private Map<Labels, Long> byWorker(ToLongFunction<Worker> value) {
        Map<Labels, Long> values = new LinkedHashMap<>();
        for (int i = 0; i < device.workers().count(); i++) {
            Worker worker = device.workers().get(i);
            values.put(Labels.of("worker", Integer.toString(i)), value.applyAsLong(worker));
        }
        return values;
    }

    private <E extends Enum<E>> Map<Labels, Long> byWorkerAnd(
            String label, E[] kinds, Function<Worker, Counters<E>> counters) {
        Map<Labels, Long> values = new LinkedHashMap<>();
        for (E kind : kinds) {
            String text = kind.name().toLowerCase(Locale.ROOT);
            byWorker(worker -> counters.apply(worker).get(kind))
                    .forEach((labels, value) -> values.put(labels.add(label, text), value));
        }
        return values;
    }

    private List<MetricSnapshot> peers() {
        int count = device.peerCount();
        Map<Labels, Long> sent = new LinkedHashMap<>();
        Map<Labels, Long> received = new LinkedHashMap<>();
        Map<Labels, Long> handshake = new LinkedHashMap<>();
        if (count <= MAX_PEERS) {
            for (Peer peer : device.peers()) {
                Labels labels = Labels.of(
                        "public_key",
                        Base64.getEncoder().encodeToString(peer.publicKey().toBytes()));
                sent.put(labels, peer.sentBytes());
                received.put(labels, peer.receivedBytes());
                handshake.put(labels, peer.handshakeSeconds());
            }
        }
        return List.of(
                gauge("culvert_peers", "Peers configured.", count),
                counter("culvert_peer_sent_bytes", "Bytes sent to a peer, including handshakes.", sent),
                counter("culvert_peer_received_bytes", "Bytes received from a peer, including handshakes.", received),
                gauge(
                        "culvert_peer_last_handshake_timestamp_seconds",
                        "When the last handshake was completed, in Unix seconds; 0 before the first.",
                        handshake));
    }
}
