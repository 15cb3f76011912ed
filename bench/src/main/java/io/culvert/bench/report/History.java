// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The headline figures of a run and of the runs before it.
 *
 * @param runs of one kind, the oldest first
 */
record History(List<Run> runs) {
    /** What tells processors apart in the description of a machine. */
    private static final List<String> PROCESSOR = List.of("cpu", "cpu family, model", "cores");

    /**
     * A run, and those of {@code others} that are of its kind, not newer, and of such a processor: others have other
     * figures. Runs without a time are left out.
     */
    static History of(Run run, List<Run> others) {
        SortedMap<Instant, Run> byTime = new TreeMap<>();
        for (Run other : others) {
            if (other.kind().equals(run.kind())
                    && sameProcessor(other, run)
                    && !time(other).isAfter(time(run))) {
                byTime.put(time(other), other);
            }
        }
        byTime.put(time(run), run);
        byTime.remove(Instant.MIN);
        return new History(List.copyOf(byTime.values()));
    }

    private static boolean sameProcessor(Run one, Run other) {
        return PROCESSOR.stream()
                .allMatch(key ->
                        Objects.equals(one.machine().get(key), other.machine().get(key)));
    }

    /** The time of a run; {@link Instant#MIN} if it has none. */
    static Instant time(Run run) {
        try {
            return Instant.parse(run.time());
        } catch (DateTimeException e) {
            return Instant.MIN;
        }
    }

    /**
     * The headline comparisons of the newest run that have figures of Culvert, by metric and unit; empty for a single
     * run.
     */
    List<List<Comparison>> metrics() {
        if (runs.size() < 2) {
            return List.of();
        }
        Map<String, List<Comparison>> byMetric = new LinkedHashMap<>();
        Comparison.of(runs.getLast()).stream()
                .filter(one -> one.isHeadline() && one.ours().isPresent())
                .forEach(one -> byMetric.computeIfAbsent(one.metric() + " " + one.unit(), key -> new ArrayList<>())
                        .add(one));
        return List.copyOf(byMetric.values());
    }

    /** The same comparison in another run. */
    static Optional<Comparison> in(Run run, Comparison comparison) {
        return Comparison.of(run).stream()
                .filter(one -> one.test().equals(comparison.test())
                        && one.metric().equals(comparison.metric())
                        && one.unit().equals(comparison.unit()))
                .max(Comparator.comparing(one -> one.ours().isPresent()));
    }

    /** Plots of one metric over time: ratios to the best peer, and Culvert's medians, for a few tests each. */
    List<Picture> plots(List<Comparison> comparisons) {
        List<Picture> plots = new ArrayList<>();
        for (int from = 0; from < comparisons.size(); from += TimePlot.MOST_LINES) {
            List<Comparison> few = comparisons.subList(from, Math.min(from + TimePlot.MOST_LINES, comparisons.size()));
            plot("Times as good as the best peer", few, Comparison::advantage).ifPresent(plots::add);
            plot("Culvert's median, " + Labels.unit(few.getFirst().unit()), few, History::median)
                    .ifPresent(plots::add);
        }
        return plots;
    }

    private static OptionalDouble median(Comparison comparison) {
        return comparison.ours().stream().mapToDouble(one -> one.median()).findFirst();
    }

    private Optional<Picture> plot(
            String what, List<Comparison> comparisons, Function<Comparison, OptionalDouble> value) {
        Map<String, SortedMap<Instant, Double>> lines = new LinkedHashMap<>();
        for (Comparison comparison : comparisons) {
            for (Run run : runs) {
                in(run, comparison)
                        .map(value)
                        .orElse(OptionalDouble.empty())
                        .ifPresent(
                                figure -> lines.computeIfAbsent(Labels.test(comparison.test()), name -> new TreeMap<>())
                                        .put(time(run), figure));
            }
        }
        return lines.isEmpty() ? Optional.empty() : Optional.of(Picture.of(what, TimePlot.of(what, lines)));
    }
}
