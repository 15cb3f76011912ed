// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.pipeline.Stage;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.pipeline.Workers;
import io.prometheus.metrics.model.snapshots.Labels;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The CPU time of a device's workers by stage. A sample gives what a worker has used since the last one to the stage in
 * which it is now, so the sums are exact and the shares are estimates.
 *
 * <p>The sampler's thread calls {@link #sample}; any thread reads.
 */
final class StageTimes {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double NANOS = 1e9;

    private final Workers workers;
    private final long[] used;
    private final AtomicLongArray nanos = new AtomicLongArray(Stage.values().length);

    StageTimes(Workers workers) {
        this.workers = workers;
        used = new long[workers.count()];
    }

    /** Looks at each worker once; returns whether any has used its CPU since the last time. */
    boolean sample() {
        boolean busy = false;
        for (int i = 0; i < used.length; i++) {
            Worker worker = workers.get(i);
            Thread thread = worker.thread();
            Stage stage = worker.stage();
            long now = thread == null ? -1 : THREADS.getThreadCpuTime(thread.threadId());
            if (now > used[i]) {
                // What was used before the first sample is of no known stage.
                if (used[i] > 0) {
                    nanos.addAndGet(stage.ordinal(), now - used[i]);
                }
                used[i] = now;
                busy |= stage != Stage.PARK;
            }
        }
        return busy;
    }

    void addTo(MetricFamilies families) {
        for (Stage stage : Stage.values()) {
            families.counter(
                    "culvert_stage_cpu_seconds",
                    "CPU time of the workers by stage, since the metrics were read first; by samples.",
                    Labels.of("stage", stage.name().toLowerCase(Locale.ROOT)),
                    nanos.get(stage.ordinal()) / NANOS);
        }
    }
}
