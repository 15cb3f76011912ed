// SPDX-License-Identifier: Apache-2.0
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

/** Metrics of the process and its JVM, with the names of Prometheus' client libraries. */
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
