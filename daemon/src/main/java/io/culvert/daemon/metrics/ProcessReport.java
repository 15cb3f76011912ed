// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.warmup.WarmupStatus;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.io.Shortfall;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** What a process reports: its own metrics, and those and the state of all its interfaces. Any thread. */
public final class ProcessReport {
    /** Seconds without a turn from which on a thread counts as stuck; the device's own watchdog logs it then. */
    private static final int STUCK = 10;

    private final ProcessMetrics process;
    private final List<InterfaceReport> interfaces = new CopyOnWriteArrayList<>();
    private final StageSampler sampler = new StageSampler(interfaces);

    /**
     * An answer in words.
     *
     * @param good whether the answer is yes
     * @param text the first line is the answer, the others say of each interface why
     */
    public record Verdict(boolean good, String text) {}

    /** A report without interfaces. */
    public ProcessReport(Aeads aeads, MemoryBudget memory) {
        process = new ProcessMetrics(aeads, memory);
    }

    /** The process has a warm-up of this status. */
    public void warmup(Supplier<WarmupStatus> status) {
        process.warmup(status);
    }

    /** From now on an interface is reported too. */
    public void add(InterfaceReport report) {
        interfaces.add(report);
    }

    /** From now on it is not. */
    public void remove(InterfaceReport report) {
        interfaces.remove(report);
    }

    /** Collects all metrics. */
    public MetricSnapshots metrics() {
        return metrics(interfaces);
    }

    /** Collects the metrics of one interface and those of the process. */
    public MetricSnapshots metrics(String name) {
        return metrics(
                interfaces.stream().filter(one -> one.name().equals(name)).toList());
    }

    private MetricSnapshots metrics(List<InterfaceReport> reported) {
        sampler.read();
        MergedFamilies merged = new MergedFamilies();
        reported.forEach(one -> merged.add(one.name(), one.metrics()));
        List<MetricSnapshot> all = new ArrayList<>(merged.all());
        process.collect().forEach(all::add);
        return new MetricSnapshots(all);
    }

    /** Whether all interfaces carry packets; what they do without does not count. */
    public Verdict readiness() {
        boolean ready = true;
        StringBuilder lines = new StringBuilder();
        for (InterfaceReport one : interfaces) {
            DeviceStatus status = one.status();
            ready &= status.isReady();
            lines.append(one.name())
                    .append(": ")
                    .append(status.unreadyReason()
                            .map(reason -> "not ready: " + reason)
                            .orElseGet(() -> "ready: UDP port " + status.openPort()))
                    .append('\n');
            for (Shortfall shortfall : status.shortfalls()) {
                lines.append(one.name())
                        .append(": without ")
                        .append(shortfall.what())
                        .append(": ")
                        .append(shortfall.reason())
                        .append('\n');
            }
        }
        return new Verdict(ready, (ready ? "ready\n" : "not ready\n") + lines);
    }

    /** Whether the threads of all interfaces turn. An interface that is down is in good health. */
    public Verdict health() {
        StringBuilder lines = new StringBuilder();
        for (InterfaceReport one : interfaces) {
            one.stalls().forEach((thread, seconds) -> {
                if (seconds >= STUCK) {
                    lines.append(one.name())
                            .append(": ")
                            .append(thread)
                            .append(" has not turned for ")
                            .append(seconds)
                            .append(" s\n");
                }
            });
        }
        boolean healthy = lines.isEmpty();
        return new Verdict(healthy, (healthy ? "healthy\n" : "not healthy\n") + lines);
    }
}
