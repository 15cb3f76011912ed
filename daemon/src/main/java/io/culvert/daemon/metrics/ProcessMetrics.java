// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.warmup.WarmupStatus;
import io.culvert.engine.device.MemoryBudget;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Metrics of the process: what its interfaces share, and those of the JVM, with the names of Prometheus' client
 * libraries. Any thread.
 */
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final double KILOBYTE = 1e3;
    private static final int KIBIBYTE = 1024;

    private final Aeads aeads;
    private final MemoryBudget memory;
    private final ThreadCpu threads = new ThreadCpu();
    /** When the AEAD implementation was last changed, in Unix milliseconds, or 0. Written by the changing thread. */
    private volatile long aeadChanged;
    /** Written by the main thread, read by any. */
    private volatile Supplier<WarmupStatus> warmup = () -> WarmupStatus.NONE;

    ProcessMetrics(Aeads aeads, MemoryBudget memory) {
        this.aeads = aeads;
        this.memory = memory;
        aeads.onChange(implementation -> aeadChanged = System.currentTimeMillis());
    }

    void warmup(Supplier<WarmupStatus> status) {
        warmup = status;
    }

    /** Collects them. */
    MetricSnapshots collect() {
        MetricFamilies families = new MetricFamilies();
        addShared(families);
        addWarmup(families);
        addJvm(families);
        threads.addTo(families);
        return families.build();
    }

    private void addShared(MetricFamilies families) {
        String serving = aeads.implementation();
        for (String one : new TreeSet<>(List.of("jce", "openssl", "vector-256", "vector-512", serving))) {
            families.gauge(
                    "culvert_aead_serving",
                    "1 for the AEAD implementation in use, 0 for the others.",
                    Labels.of("implementation", one),
                    one.equals(serving) ? 1 : 0);
        }
        families.gauge(
                "culvert_aead_changed_timestamp_seconds",
                "When the AEAD implementation in use was selected, in Unix seconds; 0 at start-up.",
                Labels.EMPTY,
                aeadChanged / MILLIS);
        String help = "Memory that peers, their sessions and requests take, and that they may take.";
        families.gauge("culvert_peer_memory_bytes", help, Labels.of("state", "used"), memory.used());
        families.gauge("culvert_peer_memory_bytes", help, Labels.of("state", "limit"), memory.limit());
        families.counter(
                "culvert_refused_sessions",
                "Handshakes without an answer because a first session would not have fitted the memory.",
                Labels.EMPTY,
                memory.refusedSessions());
    }

    private void addWarmup(MetricFamilies families) {
        WarmupStatus status = warmup.get();
        families.gauge(
                "culvert_warmup",
                "1, with what the self-traffic warm-up does, or how it ended.",
                Labels.of("state", status.state().name().toLowerCase(Locale.ROOT), "reason", status.reason()),
                1);
        families.gauge(
                "culvert_warmup_carried_bytes",
                "What the devices of the self-traffic warm-up have carried.",
                Labels.EMPTY,
                status.kilobytes() * KILOBYTE);
    }

    private static void addJvm(MetricFamilies families) {
        ProcessHandle.Info info = ProcessHandle.current().info();
        Runtime runtime = Runtime.getRuntime();
        families.gauge(
                "process_resident_memory_bytes", "Resident memory size in bytes.", Labels.EMPTY, residentBytes());
        families.counter(
                "process_cpu_seconds",
                "Total user and system CPU time spent in seconds.",
                Labels.EMPTY,
                info.totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS);
        families.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                Labels.EMPTY,
                info.startInstant().orElse(Instant.EPOCH).getEpochSecond());
        families.gauge(
                "jvm_memory_used_bytes",
                "Used bytes of a given JVM memory area.",
                Labels.of("area", "heap"),
                runtime.totalMemory() - runtime.freeMemory());
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            families.summary(
                    "jvm_gc_collection_seconds",
                    "Time spent in a given JVM garbage collector in seconds.",
                    Labels.of("gc", collector.getName()),
                    collector.getCollectionCount(),
                    collector.getCollectionTime() / MILLIS);
        }
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
}
