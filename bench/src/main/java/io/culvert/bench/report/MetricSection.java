// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All figures of one metric.
 *
 * @param id of its heading
 * @param title such as Throughput
 * @param unit of its figures
 * @param better whether higher or lower is better, in words
 * @param pictures its plots; none for a single implementation
 * @param tests the groups of its table
 */
record MetricSection(String id, String title, String unit, String better, List<Picture> pictures, List<Group> tests) {
    /** One test. */
    record Group(String test, List<Line> lines) {}

    /** One implementation. The ratio is Culvert's advantage over it. */
    record Line(
            String implementation,
            boolean noCrypto,
            boolean ours,
            String median,
            String range,
            String spread,
            int rounds,
            String ratio) {}

    /** Whether it has plots. */
    boolean isPlotted() {
        return !pictures.isEmpty();
    }

    /** The sections of a run, in its order. */
    static List<MetricSection> of(List<Comparison> comparisons) {
        /** Comparisons of one key form a section. */
        record Key(String metric, String unit, boolean higherIsBetter) {}
        Map<Key, List<Comparison>> groups = new LinkedHashMap<>();
        for (Comparison one : comparisons) {
            groups.computeIfAbsent(new Key(one.metric(), one.unit(), one.higherIsBetter()), key -> new ArrayList<>())
                    .add(one);
        }
        List<MetricSection> sections = new ArrayList<>();
        groups.values().forEach(group -> sections.add(of("metric-" + sections.size(), group)));
        return sections;
    }

    private static MetricSection of(String id, List<Comparison> group) {
        Comparison any = group.getFirst();
        return new MetricSection(
                id,
                Labels.metric(any.metric()),
                Labels.unit(any.unit()),
                any.higherIsBetter() ? "higher is better" : "lower is better",
                Stream.concat(ratios(group).stream(), bars(group)).toList(),
                group.stream().map(MetricSection::group).toList());
    }

    private static Optional<Picture> ratios(List<Comparison> group) {
        List<Comparison> compared =
                group.stream().filter(one -> one.advantage().isPresent()).toList();
        return compared.size() < 2 || !compared.getFirst().isHeadline()
                ? Optional.empty()
                : Optional.of(Picture.of("Culvert against the best peer", RatioPlot.of("", compared)));
    }

    private static Stream<Picture> bars(List<Comparison> group) {
        return group.stream()
                .filter(one -> one.isHeadline() && one.ranked().size() > 1)
                .map(one -> Picture.of(Labels.test(one.test()), BarPlot.of(one)));
    }

    private static Group group(Comparison comparison) {
        return new Group(
                Labels.test(comparison.test()),
                comparison.ranked().stream().map(one -> line(comparison, one)).toList());
    }

    private static Line line(Comparison comparison, Series one) {
        boolean ours = comparison.ours().filter(one::equals).isPresent();
        return new Line(
                Labels.clean(one.implementation()),
                Role.of(one.implementation()) == Role.NO_CRYPTO,
                ours,
                Labels.number(one.median()),
                Labels.range(one),
                Labels.spread(one),
                one.samples().size(),
                ours ? Labels.NONE : Labels.times(comparison.advantageOver(one)));
    }
}
