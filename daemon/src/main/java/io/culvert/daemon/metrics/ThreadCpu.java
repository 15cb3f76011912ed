// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The CPU time of the process by group of threads, from the scheduler's statistics. What a thread used is kept when it
 * has ended, as far as it was seen. Thread-safe.
 */
final class ThreadCpu {
    /**
     * The groups, by the names of threads as the kernel has them. The JVM shortens names of more than 15 characters to
     * the first seven and the last six.
     */
    enum Group {
        /** Threads that carry packets. */
        WORKERS("er-\\d+$"),
        /** Threads that process handshakes. */
        HANDSHAKES("ke-\\d+$|reader$"),
        /** The JIT compilers. */
        JIT("^C[12] "),
        /** Garbage collection, and the operations for which the JVM stops its threads. */
        GC("^VM Thread|^GC |^G1 "),
        /** Collection of these metrics. */
        METRICS("^culvert-metrics|^culvert-stages"),
        /** All others. */
        OTHER("");

        private final Pattern name;

        Group(String name) {
            this.name = Pattern.compile(name);
        }

        static Group of(String thread) {
            for (Group group : values()) {
                if (group.name.matcher(thread).find()) {
                    return group;
                }
            }
            return OTHER;
        }
    }

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final double NANOS = 1e9;

    private final Map<Group, Long> nanos = new EnumMap<>(Group.class);
    /** By thread. */
    private Map<String, Long> seen = new HashMap<>();

    synchronized void addTo(MetricFamilies families) {
        read();
        nanos.forEach((group, value) -> families.counter(
                "culvert_thread_cpu_seconds",
                "CPU time of the process by group of threads.",
                Labels.of("group", group.name().toLowerCase(Locale.ROOT)),
                value / NANOS));
    }

    private void read() {
        Map<String, Long> present = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                read(task, present);
            }
        } catch (IOException e) {
            // There is no /proc: the metric is absent.
            return;
        }
        seen = present;
    }

    private void read(Path task, Map<String, Long> present) {
        try {
            String statistics = Files.readString(task.resolve("schedstat"));
            long used = Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
            Group group = Group.of(Files.readString(task.resolve("comm")).strip());
            String id = task.getFileName() + " " + group;
            present.put(id, used);
            nanos.merge(group, Math.max(0, used - seen.getOrDefault(id, 0L)), Long::sum);
        } catch (IOException e) {
            // The thread has ended, or the kernel has no scheduler statistics.
        }
    }
}
