// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;

/** The CPU time of a device's workers, as the kernel counts it for their threads. */
final class WorkerCpu {
    private static final double NANOS = 1e9;

    private WorkerCpu() {}

    /** By worker, of the device whose threads are named by this interface. Any thread. */
    static MetricSnapshot collect(String interfaceName) {
        Map<Labels, Double> seconds = new LinkedHashMap<>();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        String prefix = interfaceName + "-worker-";
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith(prefix)) {
                String worker = thread.getThreadName().substring(prefix.length());
                // Negative for a thread that has ended meanwhile.
                long nanos = Math.max(threads.getThreadCpuTime(thread.getThreadId()), 0);
                seconds.put(Labels.of("worker", worker), nanos / NANOS);
            }
        }
        return Families.counter("culvert_worker_cpu_seconds", "CPU time of a worker's thread.", seconds);
    }
}
