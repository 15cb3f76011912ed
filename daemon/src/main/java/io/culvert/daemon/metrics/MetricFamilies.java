// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.io.Histograms;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Collects the series of all devices into families: a name has one type and one help text, and a series for each set of
 * labels. One thread.
 */
final class MetricFamilies {
    private final Map<String, MetricSnapshot.Builder<?>> builders = new LinkedHashMap<>();

    @SuppressWarnings("unchecked") // a name has one type
    private <B extends MetricSnapshot.Builder<B>> B family(String name, String help, Supplier<B> create) {
        return (B)
                builders.computeIfAbsent(name, absent -> create.get().name(name).help(help));
    }

    /** A series of a counter; the text format appends {@code _total} to its name. */
    void counter(String name, String help, Labels labels, double value) {
        family(name, help, CounterSnapshot::builder)
                .dataPoint(CounterDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build());
    }

    /** A series of a gauge. */
    void gauge(String name, String help, Labels labels, double value) {
        family(name, help, GaugeSnapshot::builder)
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build());
    }

    /** Labels whose value is always 1; the text format appends {@code _info} to the name. */
    void info(String name, String help, Labels labels) {
        family(name, help, InfoSnapshot::builder)
                .dataPoint(InfoDataPointSnapshot.builder().labels(labels).build());
    }

    /** The count and the sum of a summary. */
    void summary(String name, String help, Labels labels, long count, double sum) {
        family(name, help, SummarySnapshot::builder)
                .dataPoint(SummaryDataPointSnapshot.builder()
                        .labels(labels)
                        .count(count)
                        .sum(sum)
                        .build());
    }

    /**
     * A histogram that is the sum of those of all workers.
     *
     * @param unit in which bounds and sum are given, as a part of the reported unit: 1e9 if nanoseconds are reported
     *     as seconds
     */
    <E extends Enum<E>> void histogram(
            String name, String help, Labels labels, List<Histograms<E>> parts, E kind, double unit) {
        Histograms<E> first = parts.getFirst();
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i <= first.bounds(); i++) {
            int bucket = i;
            bounds.add(i < first.bounds() ? first.bound(i) / unit : Double.POSITIVE_INFINITY);
            counts.add(
                    parts.stream().mapToLong(part -> part.count(kind, bucket)).sum());
        }
        family(name, help, HistogramSnapshot::builder)
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(labels)
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                        .sum(parts.stream().mapToLong(part -> part.sum(kind)).sum() / unit)
                        .build());
    }

    /** All families that have series. */
    MetricSnapshots build() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        builders.values().forEach(builder -> all.metricSnapshot(builder.build()));
        return all.build();
    }
}
