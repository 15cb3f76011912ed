package io.culvert.daemon.metrics;

import static io.culvert.daemon.metrics.Families.counter;
import static io.culvert.daemon.metrics.Families.gauge;

import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.Peer;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.IoCounters;
import io.culvert.engine.linux.LinuxPlatform.FastPath;
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
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What a device counts. The workers' counters are each written by one thread and read here while that goes on: nobody is
 * stopped, asked or woken. No secrets: of a peer there is its public key.
 */
public final class DeviceMetrics implements Supplier<MetricSnapshots> {
    /** With more peers than this there are totals only: each peer is three series for whoever stores them. */
    public static final int MOST_PEERS = 100;

    private static final double MILLIS = 1e3;

    private static final Map<Traffic, String> TRAFFIC_HELP = Map.of(
            Traffic.SENT_PACKETS, "Data messages sent, keepalives included.",
            Traffic.SENT_BYTES, "Their bytes, headers and tags included.",
            Traffic.RECEIVED_PACKETS, "Data messages received and accepted, keepalives included.",
            Traffic.RECEIVED_BYTES, "Their bytes, headers and tags included.",
            Traffic.HANDSHAKES, "Handshakes that gave a session.");

    private final String version;
    private final String name;
    private final Device device;
    private final Aeads aeads;
    private final Supplier<List<FastPath>> fastPaths;
    private final TunDrops tunDrops;
    /** When the AEAD changed over last, in milliseconds since 1970; 0 before. Written by whoever changes over. */
    private volatile long aeadChanged;

    /** Asks how many packets were lost in front of the TUN's queues. */
    @FunctionalInterface
    public interface TunDrops {
        /** The number, or an error when the interface cannot be seen. */
        long get() throws IOException;
    }

    /** Of a device and the platform under it, with the name of the interface. */
    public DeviceMetrics(
            String version,
            String name,
            Device device,
            Aeads aeads,
            Supplier<List<FastPath>> fastPaths,
            TunDrops tunDrops) {
        this.version = version;
        this.name = name;
        this.device = device;
        this.aeads = aeads;
        this.fastPaths = fastPaths;
        this.tunDrops = tunDrops;
        aeads.onChange(implementation -> aeadChanged = System.currentTimeMillis());
    }

    /** Collects all; any thread. */
    @Override
    public MetricSnapshots get() {
        List<MetricSnapshot> all = new ArrayList<>(what());
        all.addAll(counts());
        all.addAll(peers());
        all.addAll(ProcessMetrics.collect());
        return new MetricSnapshots(all);
    }

    /** What serves. */
    private List<MetricSnapshot> what() {
        Map<Labels, Integer> paths = new LinkedHashMap<>();
        for (FastPath path : fastPaths.get()) {
            String whyNot = path.whyNot() == null ? "" : path.whyNot();
            paths.put(Labels.of("path", path.name(), "why_not", whyNot), whyNot.isEmpty() ? 1 : 0);
        }
        Map<Labels, Integer> aead = new LinkedHashMap<>();
        for (String implementation :
                new TreeSet<>(List.of("jce", "openssl", "vector-256", "vector-512", aeads.implementation()))) {
            aead.put(
                    Labels.of("implementation", implementation), implementation.equals(aeads.implementation()) ? 1 : 0);
        }
        return List.of(
                InfoSnapshot.builder()
                        .name("culvert")
                        .help("The program and the interface it carries.")
                        .dataPoint(InfoDataPointSnapshot.builder()
                                .labels(Labels.of("version", version, "interface", name))
                                .build())
                        .build(),
                gauge(
                        "culvert_workers",
                        "Threads that carry packets.",
                        device.workers().count()),
                gauge("culvert_aead_serving", "1 for the implementation of the AEAD that serves.", aead),
                gauge(
                        "culvert_aead_changed_timestamp_seconds",
                        "When it began to serve, in seconds since 1970; 0 for the one served from the start.",
                        aeadChanged / MILLIS),
                gauge(
                        "culvert_fast_path_on",
                        "1 for each fast path that is on, 0 for one that is off, and why.",
                        paths));
    }

    private List<MetricSnapshot> counts() {
        Map<Labels, Long> losses = byWorker(worker -> device.receiveLosses(worker.id()));
        List<MetricSnapshot> counts = new ArrayList<>(List.of(
                counter(
                        "culvert_dropped_packets",
                        "Packets that went no further, by cause.",
                        byWorkerAnd("cause", DropCause.values(), Worker::drops)),
                counter(
                        "culvert_io",
                        "What the workers' I/O counted.",
                        byWorkerAnd(
                                "event",
                                IoCounters.Counter.values(),
                                worker -> worker.io().counters())),
                counter(
                        "culvert_socket_dropped_datagrams",
                        "Datagrams that found the socket's receive buffer full.",
                        losses)));
        for (Traffic what : Traffic.values()) {
            String family = what.name().toLowerCase(Locale.ROOT);
            counts.add(counter(
                    "culvert_" + family,
                    TRAFFIC_HELP.get(what),
                    byWorker(worker -> worker.traffic().get(what))));
        }
        try {
            long drops = tunDrops.get();
            counts.add(counter(
                    "culvert_tun_dropped_packets",
                    "Packets that found the interface's queue full.",
                    Map.of(Labels.EMPTY, drops)));
        } catch (IOException e) {
            // The interface is being moved or is gone: better no figure than a wrong one.
        }
        return counts;
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
        if (count <= MOST_PEERS) {
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
                gauge("culvert_peers", "Peers that are configured.", count),
                counter("culvert_peer_sent_bytes", "Bytes sent to a peer, handshakes included.", sent),
                counter("culvert_peer_received_bytes", "Bytes received from a peer, handshakes included.", received),
                gauge(
                        "culvert_peer_last_handshake_timestamp_seconds",
                        "When the last handshake was done, in seconds since 1970; 0 before the first.",
                        handshake));
    }
}
