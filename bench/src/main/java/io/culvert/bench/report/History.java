package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How a run's headline figures developed: in it and in the runs before it.
 *
 * @param runs of one kind, the oldest first
 */
record History(List<Run> runs) {
    /** Of all runs given: those of this run's kind that are not younger than it, and itself. Runs that do not say when they were are none. */
    static History of(Run run, List<Run> others) {
        SortedMap<Instant, Run> byTime = new TreeMap<>();
        for (Run other : others) {
            if (other.kind().equals(run.kind()) && !time(other).isAfter(time(run))) {
                byTime.put(time(other), other);
            }
        }
        byTime.put(time(run), run);
        byTime.remove(Instant.MIN);
        return new History(List.copyOf(byTime.values()));
    }

    /** When it was; the beginning of time when it does not say. */
    static Instant time(Run run) {
        try {
            return Instant.parse(run.time());
        } catch (DateTimeException e) {
            return Instant.MIN;
        }
    }

    /** The comparisons of the youngest run that are worth being followed, by metric and unit; empty when there is nothing to follow. */
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

    /** What the same comparison was in a run. */
    static Optional<Comparison> in(Run run, Comparison comparison) {
        return Comparison.of(run).stream()
                .filter(one -> one.test().equals(comparison.test())
                        && one.metric().equals(comparison.metric())
                        && one.unit().equals(comparison.unit()))
                .max(Comparator.comparing(one -> one.ours().isPresent()));
    }

    /** Plots of one metric: of its ratios to the best peer, and of Culvert's medians; each of a few tests. */
    List<Picture> plots(List<Comparison> comparisons) {
        List<Picture> plots = new ArrayList<>();
        for (int from = 0; from < comparisons.size(); from += TimePlot.MOST_LINES) {
            List<Comparison> few = comparisons.subList(from, Math.min(from + TimePlot.MOST_LINES, comparisons.size()));
            plot("Times as good as the best peer", few, Comparison::advantage).ifPresent(plots::add);
            plot("Culvert's median, " + Wording.unit(few.getFirst().unit()), few, History::median)
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
                        .ifPresent(figure -> lines.computeIfAbsent(
                                        Wording.test(comparison.test()), name -> new TreeMap<>())
                                .put(time(run), figure));
            }
        }
        return lines.isEmpty() ? Optional.empty() : Optional.of(Picture.of(what, TimePlot.of(what, lines)));
    }
}
