package io.culvert.daemon.metrics;

import static io.culvert.daemon.metrics.Families.counter;
import static io.culvert.daemon.metrics.Families.gauge;

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
import java.util.List;
import java.util.Map;

/** What the process and its JVM use, under the names that Prometheus' own libraries give it. */
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final int KIBIBYTE = 1024;

    private ProcessMetrics() {}

    static List<MetricSnapshot> collect() {
        ProcessHandle.Info info = ProcessHandle.current().info();
        Runtime runtime = Runtime.getRuntime();
        return List.of(
                gauge("process_resident_memory_bytes", "Memory that is in use, in bytes.", residentBytes()),
                counter(
                        "process_cpu_seconds",
                        "CPU time used, in seconds.",
                        Map.of(
                                Labels.EMPTY,
                                info.totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS)),
                gauge(
                        "process_start_time_seconds",
                        "When the process began, in seconds since 1970.",
                        info.startInstant().orElse(Instant.EPOCH).getEpochSecond()),
                gauge(
                        "jvm_memory_used_bytes",
                        "Memory that the JVM uses for objects, in bytes.",
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
                .help("Garbage collections, and the seconds they took.");
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
