// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;

/** Builds metrics from values by their labels. */
final class Families {
    private Families() {}

    /** A counter; the text format appends {@code _total} to its name. */
    static MetricSnapshot counter(String name, String help, Map<Labels, ? extends Number> values) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> builder.dataPoint(CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value.doubleValue())
                .build()));
        return builder.build();
    }

    /** A gauge with one value for each set of labels. */
    static MetricSnapshot gauge(String name, String help, Map<Labels, ? extends Number> values) {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> builder.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value.doubleValue())
                .build()));
        return builder.build();
    }

    /** A gauge without labels. */
    static MetricSnapshot gauge(String name, String help, double value) {
        return gauge(name, help, Map.of(Labels.EMPTY, value));
    }
}
