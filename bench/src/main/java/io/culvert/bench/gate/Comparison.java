// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares measured ratios with their thresholds. A ratio below its threshold is measured again in new JVMs, up to
 * {@value #ATTEMPTS} times in all; it has regressed only if it was below each time.
 */
final class Comparison {
    static final int ATTEMPTS = 3;

    private final Map<String, Threshold> expected;
    private final Consumer<String> progress;
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();

    /**
     * The result for a ratio.
     *
     * @param last its last measurement
     * @param verdict on the last measurement
     * @param attempts the number of measurements
     */
    record Outcome(Ratio last, Verdict verdict, int attempts) {
        /** Whether every measurement was below the threshold. */
        boolean regressed() {
            return verdict.regressed() && attempts == ATTEMPTS;
        }
    }

    /** Compares with these thresholds; {@code progress} receives a line for each measurement. */
    Comparison(Map<String, Threshold> expected, Consumer<String> progress) {
        this.expected = expected;
        this.progress = progress;
    }

    /** Measures the ratios of a source that have a threshold, and judges them. */
    void run(Source source) throws IOException, InterruptedException {
        Set<String> open = new LinkedHashSet<>(source.names());
        open.retainAll(expected.keySet());
        if (open.isEmpty()) {
            return;
        }
        Optional<String> reason = source.unavailableReason();
        if (reason.isPresent()) {
            open.forEach(name -> missing.put(name, reason.get()));
            return;
        }
        for (int attempt = 1; attempt <= ATTEMPTS && !open.isEmpty(); attempt++) {
            progress.accept(
                    attempt == 1
                            ? source.title()
                            : source.title() + ", again (" + attempt + " of " + ATTEMPTS
                                    + "), because these are below their threshold: " + String.join("; ", open));
            open = stillRegressed(source.measure(open, missing), open, attempt);
        }
    }

    private Set<String> stillRegressed(List<Ratio> measured, Collection<String> open, int attempt) {
        Set<String> regressed = new LinkedHashSet<>();
        List<String> seen = new ArrayList<>();
        for (Ratio ratio : measured) {
            String name = ratio.name();
            if (!open.contains(name)) {
                continue;
            }
            seen.add(name);
            Verdict verdict = Verdict.of(ratio, expected.get(name));
            outcomes.put(name, new Outcome(ratio, verdict, attempt));
            if (verdict.regressed()) {
                regressed.add(name);
            }
        }
        open.stream().filter(name -> !seen.contains(name)).forEach(name -> missing.putIfAbsent(name, "not measured"));
        return regressed;
    }

    /** The judged ratios by name. */
    Map<String, Outcome> outcomes() {
        return outcomes;
    }

    /** The reasons for ratios that have a threshold and were not measured, by name. */
    Map<String, String> missing() {
        return missing;
    }
}
