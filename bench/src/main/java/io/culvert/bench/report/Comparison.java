// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * All implementations by one metric of one test.
 *
 * @param ranked their series, the best median first; at least one, and all of one unit
 * @param ours Culvert's series: of several, the first in the run, which is the one that Culvert prefers
 * @param isHeadline whether the summary shows it
 */
record Comparison(List<Series> ranked, Optional<Series> ours, boolean isHeadline) {
    /** The comparisons of a run, in its order. */
    static List<Comparison> of(Run run) {
        /** Series of one key are compared. */
        record Key(String test, String metric, String unit, boolean higherIsBetter) {}
        Map<Key, List<Series>> groups = new LinkedHashMap<>();
        Map<String, Set<String>> metrics = new HashMap<>();
        for (Series one : run.series()) {
            groups.computeIfAbsent(
                            new Key(one.test(), one.metric(), one.unit(), one.higherIsBetter()),
                            key -> new ArrayList<>())
                    .add(one);
            metrics.computeIfAbsent(one.test(), test -> new HashSet<>()).add(one.metric());
        }
        return groups.entrySet().stream()
                .map(group -> of(
                        group.getValue(),
                        isHeadline(group.getKey().metric, group.getKey().unit, metrics.get(group.getKey().test))))
                .toList();
    }

    /**
     * Excludes parts, shares and reciprocals of other metrics of the test, and metrics that a single packet decides.
     */
    private static boolean isHeadline(String metric, String unit, Set<String> beside) {
        return switch (metric) {
            case "cpu sender",
                    "cpu receiver",
                    "max",
                    "retransmits",
                    "allocated",
                    "slice",
                    "flood rate",
                    "largest share" -> false;
            case "time" -> !beside.contains("rate");
            case "throughput" -> !beside.contains("time");
            default -> !unit.startsWith("%") && !metric.startsWith("second ");
        };
    }

    private static Comparison of(List<Series> group, boolean isHeadline) {
        Comparator<Series> upwards = Comparator.comparingDouble(Series::median);
        boolean higherIsBetter = group.getFirst().higherIsBetter();
        return new Comparison(
                group.stream()
                        .sorted(higherIsBetter ? upwards.reversed() : upwards)
                        .toList(),
                group.stream()
                        .filter(one -> Role.of(one.implementation()) == Role.CULVERT)
                        .findFirst(),
                isHeadline);
    }

    String test() {
        return ranked.getFirst().test();
    }

    String metric() {
        return ranked.getFirst().metric();
    }

    String unit() {
        return ranked.getFirst().unit();
    }

    boolean higherIsBetter() {
        return ranked.getFirst().higherIsBetter();
    }

    /** The best peer: neither Culvert nor a no-crypto baseline. */
    Optional<Series> bestPeer() {
        return ranked.stream()
                .filter(one -> Role.of(one.implementation()) == Role.PEER)
                .findFirst();
    }

    /** How many times as good as the best peer Culvert is, by medians; empty if one of them is missing or zero. */
    OptionalDouble advantage() {
        return bestPeer().map(this::advantageOver).orElse(OptionalDouble.empty());
    }

    /** How many times as good as {@code other} Culvert is: above 1 it is better, for every metric. */
    OptionalDouble advantageOver(Series other) {
        if (ours.isEmpty() || ours.get().median() <= 0 || other.median() <= 0) {
            return OptionalDouble.empty();
        }
        double ratio = ours.get().median() / other.median();
        return OptionalDouble.of(higherIsBetter() ? ratio : 1 / ratio);
    }

    /** The outcome against the best peer; empty if Culvert or a peer is missing. */
    Optional<Outcome> outcome() {
        if (ours.isEmpty() || bestPeer().isEmpty()) {
            return Optional.empty();
        }
        Series culvert = ours.get();
        Series peer = bestPeer().get();
        if (culvert.min() <= peer.max() && peer.min() <= culvert.max()) {
            return Optional.of(Outcome.LEVEL);
        }
        return Optional.of(culvert.median() > peer.median() == higherIsBetter() ? Outcome.AHEAD : Outcome.BEHIND);
    }
}
