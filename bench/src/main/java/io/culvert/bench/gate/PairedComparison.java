// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * Judges the ratios of one build to another, round by round. Without a difference between the builds, the logarithm of
 * a ratio is as likely above 0 as below, whatever the noise is; Wilcoxon's signed-rank test asks how likely such a
 * sample is then. A ratio has regressed if that is below the {@link #level} and its median is lower by more than its
 * tolerance.
 *
 * <p>A ratio that looks lower is measured again, and all samples so far are judged together, at most {@value #LOOKS}
 * times. Dividing {@value #FALSE_ALARMS} by the number of ratios and of looks (Bonferroni) bounds the chance of any
 * false alarm in a run.
 */
final class PairedComparison {
    /** The largest chance that a run finds a regression between equal builds. */
    static final double FALSE_ALARMS = 0.05;

    /** How often a ratio is judged at most. */
    static final int LOOKS = 5;

    private final List<Source> sources;
    private final Consumer<String> progress;
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<String, String> unavailable = new TreeMap<>();
    private final Map<String, String> failed = new TreeMap<>();

    /**
     * The result for a ratio.
     *
     * @param ratio with the samples of all looks
     * @param chance of such samples or lower ones, if the builds are equal; 1 if the median is not below 1
     * @param regressed whether it has fallen
     * @param suspect whether it looks lower, and is worth measuring again if there is another look
     */
    record Outcome(Ratio ratio, double chance, boolean regressed, boolean suspect) {
        /** The change of the median: -0.1 for a tenth lower. */
        double change() {
            return ratio.median() - 1;
        }
    }

    /** Compares by these sources; {@code progress} receives a line for each measurement. */
    PairedComparison(List<Source> sources, Consumer<String> progress) {
        this.sources = List.copyOf(sources);
        this.progress = progress;
    }

    /** The level of significance of one look at one ratio. */
    double level() {
        int ratios = sources.stream().mapToInt(source -> source.names().size()).sum();
        return FALSE_ALARMS / ratios / LOOKS;
    }

    /** Measures and judges all ratios. */
    void run() throws IOException, InterruptedException {
        for (Source source : sources) {
            Optional<String> reason = source.unavailableReason();
            if (reason.isPresent()) {
                source.names().forEach(name -> unavailable.put(name, reason.get()));
            } else {
                run(source);
            }
        }
    }

    private void run(Source source) throws IOException, InterruptedException {
        Map<String, Ratio> all = new LinkedHashMap<>();
        Set<String> open = new LinkedHashSet<>(source.names());
        for (int look = 1; look <= LOOKS && !open.isEmpty(); look++) {
            progress.accept(
                    look == 1
                            ? source.title()
                            : source.title() + ", again (" + look + " of " + LOOKS + "), because these look lower: "
                                    + describe(open));
            Map<String, String> failures = new TreeMap<>();
            for (Ratio ratio : source.measure(open, failures)) {
                if (open.contains(ratio.name())) {
                    all.merge(ratio.name(), ratio, Ratio::and);
                }
            }
            failed.putAll(failures);
            open.removeAll(failures.keySet());
            for (String name : open) {
                outcomes.put(name, judge(all.get(name), source.tolerance(name)));
            }
            open.removeIf(name -> !outcomes.get(name).suspect());
        }
    }

    private String describe(Set<String> names) {
        return names.stream()
                .map(name -> String.format(
                        Locale.ROOT,
                        "%s %+.1f %%",
                        name,
                        100 * outcomes.get(name).change()))
                .collect(Collectors.joining("; "));
    }

    private Outcome judge(Ratio ratio, double tolerance) {
        double median = ratio.median();
        if (median >= 1) {
            return new Outcome(ratio, 1, false, false);
        }
        double chance = WilcoxonSignedRankTest.withDefaults()
                .with(AlternativeHypothesis.LESS_THAN)
                .test(ratio.distances(1))
                .getPValue();
        boolean regressed = median < 1 - tolerance && chance <= level();
        return new Outcome(ratio, chance, regressed, !regressed && median < 1 - tolerance / 2);
    }

    /** The judged ratios by name. */
    Map<String, Outcome> outcomes() {
        return outcomes;
    }

    /** The names of ratios that this machine cannot measure, with the reasons. */
    Map<String, String> unavailable() {
        return unavailable;
    }

    /** The names of ratios whose measurement failed in a round, with the reasons. */
    Map<String, String> failed() {
        return failed;
    }

    /** The names of the ratios that have fallen. */
    Set<String> regressed() {
        Set<String> names = new LinkedHashSet<>();
        outcomes.forEach((name, outcome) -> {
            if (outcome.regressed() && !failed.containsKey(name)) {
                names.add(name);
            }
        });
        return names;
    }
}
