// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import static io.culvert.daemon.metrics.Families.counter;
import static io.culvert.daemon.metrics.Families.gauge;

import io.culvert.crypto.Aeads;
import io.culvert.engine.device.MemoryBudget;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Metrics of the process: what its interfaces share, and those of the JVM, with the names of Prometheus' client
 * libraries. Any thread.
 */
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final int KIBIBYTE = 1024;

    private final Aeads aeads;
    private final MemoryBudget memory;
    /** When the AEAD implementation was last changed, in Unix milliseconds, or 0. Written by the changing thread. */
    private volatile long aeadChanged;

    ProcessMetrics(Aeads aeads, MemoryBudget memory) {
        this.aeads = aeads;
        this.memory = memory;
        aeads.onChange(implementation -> aeadChanged = System.currentTimeMillis());
    }

    /** Collects them. */
    List<MetricSnapshot> collect() {
        List<MetricSnapshot> all = new ArrayList<>(shared());
        all.addAll(jvm());
        return all;
    }

    private List<MetricSnapshot> shared() {
        Map<Labels, Integer> serving = new LinkedHashMap<>();
        for (String implementation :
                new TreeSet<>(List.of("jce", "openssl", "vector-256", "vector-512", aeads.implementation()))) {
            serving.put(
                    Labels.of("implementation", implementation), implementation.equals(aeads.implementation()) ? 1 : 0);
        }
        return List.of(
                gauge("culvert_aead_serving", "1 for the AEAD implementation in use, 0 for the others.", serving),
                gauge(
                        "culvert_aead_changed_timestamp_seconds",
                        "When the AEAD implementation in use was selected, in Unix seconds; 0 at start-up.",
                        aeadChanged / MILLIS),
                gauge(
                        "culvert_peer_memory_bytes",
                        "Memory that peers, their sessions and requests take, and that they may take.",
                        Map.of(
                                Labels.of("state", "used"), memory.used(),
                                Labels.of("state", "limit"), memory.limit())),
                counter(
                        "culvert_refused_sessions",
                        "Handshakes without an answer because a first session would not have fitted the memory.",
                        Map.of(Labels.EMPTY, memory.refusedSessions())));
    }

    private static List<MetricSnapshot> jvm() {
        ProcessHandle.Info info = ProcessHandle.current().info();
        Runtime runtime = Runtime.getRuntime();
        return List.of(
                gauge("process_resident_memory_bytes", "Resident memory size in bytes.", residentBytes()),
                counter(
                        "process_cpu_seconds",
                        "Total user and system CPU time spent in seconds.",
                        Map.of(
                                Labels.EMPTY,
                                info.totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS)),
                gauge(
                        "process_start_time_seconds",
                        "Start time of the process since unix epoch in seconds.",
                        info.startInstant().orElse(Instant.EPOCH).getEpochSecond()),
                gauge(
                        "jvm_memory_used_bytes",
                        "Used bytes of a given JVM memory area.",
                        Map.of(Labels.of("area", "heap"), runtime.totalMemory() - runtime.freeMemory())),
                collections());
    }

    private static long residentBytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                            .filter(line -> line.startsWith(RESIDENT))
                            .mapToLong(line -> Long.parseLong(line.substring(RESIDENT.length())
                                    .replace("kB", "")
                                    .strip()))
                            .sum()
                    * KIBIBYTE;
        } catch (IOException e) {
            return 0;
        }
    }

    private static MetricSnapshot collections() {
        SummarySnapshot.Builder builder = SummarySnapshot.builder()
                .name("jvm_gc_collection_seconds")
                .help("Time spent in a given JVM garbage collector in seconds.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            builder.dataPoint(SummaryDataPointSnapshot.builder()
                    .labels(Labels.of("gc", collector.getName()))
                    .count(collector.getCollectionCount())
                    .sum(collector.getCollectionTime() / MILLIS)
                    .build());
        }
        return builder.build();
    }
}
