// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Families of the same name of several interfaces as one, each series with the label {@code interface}: the text format
 * allows a family once. Confined to a thread.
 */
final class MergedFamilies {
    private static final String LABEL = "interface";

    /** By the family's name. */
    private final Map<String, Family> families = new LinkedHashMap<>();

    /** The first snapshot says of which type the family is. */
    private record Family(MetricSnapshot first, List<DataPointSnapshot> points) {
        MetricSnapshot merged() {
            MetricMetadata metadata = first.getMetadata();
            return switch (first) {
                case GaugeSnapshot _ -> new GaugeSnapshot(metadata, cast(GaugeDataPointSnapshot.class));
                case CounterSnapshot _ -> new CounterSnapshot(metadata, cast(CounterDataPointSnapshot.class));
                case InfoSnapshot _ -> new InfoSnapshot(metadata, cast(InfoDataPointSnapshot.class));
                case HistogramSnapshot _ -> new HistogramSnapshot(metadata, cast(HistogramDataPointSnapshot.class));
                default -> throw new IllegalArgumentException("family " + metadata.getName() + " is of another type");
            };
        }

        private <P> List<P> cast(Class<P> type) {
            return points.stream().map(type::cast).toList();
        }
    }

    /** Adds the families of an interface. */
    void add(String name, MetricSnapshots snapshots) {
        for (MetricSnapshot snapshot : snapshots) {
            Family family = families.computeIfAbsent(
                    snapshot.getMetadata().getName(), _ -> new Family(snapshot, new ArrayList<>()));
            snapshot.getDataPoints().forEach(point -> family.points.add(labelled(point, name)));
        }
    }

    private static DataPointSnapshot labelled(DataPointSnapshot point, String name) {
        return switch (point) {
            case GaugeDataPointSnapshot gauge ->
                new GaugeDataPointSnapshot(gauge.getValue(), point.getLabels().add(LABEL, name), null);
            case CounterDataPointSnapshot counter ->
                new CounterDataPointSnapshot(
                        counter.getValue(), point.getLabels().add(LABEL, name), null, 0);
            case InfoDataPointSnapshot _ ->
                new InfoDataPointSnapshot(point.getLabels().add(LABEL, name));
            case HistogramDataPointSnapshot histogram ->
                new HistogramDataPointSnapshot(
                        histogram.getClassicBuckets(),
                        histogram.getSum(),
                        point.getLabels().add(LABEL, name),
                        Exemplars.EMPTY,
                        0);
            default -> throw new IllegalArgumentException("a series of another type: " + point.getClass());
        };
    }

    /** The families, in the order of their first additions. */
    List<MetricSnapshot> all() {
        return families.values().stream().map(Family::merged).toList();
    }
}
