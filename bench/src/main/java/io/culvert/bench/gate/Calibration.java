// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds the thresholds: measures unchanged code several times, and derives the tolerance from how well the runs agree.
 */
final class Calibration {
    private final Map<String, Threshold> thresholds = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final int runs;
    private final Consumer<String> progress;

    /** Measures sources whose rounds depend on each other {@code runs} times. */
    Calibration(int runs, Consumer<String> progress) {
        this.runs = runs;
        this.progress = progress;
    }

    /** Measures all ratios of a source. */
    void run(Source source) throws IOException, InterruptedException {
        Optional<String> reason = source.unavailableReason();
        if (reason.isPresent()) {
            source.names().forEach(name -> missing.put(name, reason.get()));
            return;
        }
        if (source.roundsAreIndependent()) {
            progress.accept(source.title());
            for (Ratio ratio : source.measure(source.names(), missing)) {
                thresholds.put(ratio.name(), Threshold.ofRounds(ratio.samples()));
            }
            return;
        }
        Map<String, List<Double>> medians = new LinkedHashMap<>();
        for (int run = 1; run <= runs; run++) {
            progress.accept(source.title() + ", run " + run + " of " + runs);
            for (Ratio ratio : source.measure(source.names(), missing)) {
                medians.computeIfAbsent(ratio.name(), name -> new ArrayList<>()).add(ratio.median());
            }
        }
        medians.forEach((name, values) -> thresholds.put(name, Threshold.ofRuns(values)));
    }

    /** The thresholds found, by name of the ratio. */
    Map<String, Threshold> thresholds() {
        return thresholds;
    }

    /** The reasons for what could not be measured, by name of the ratio. */
    Map<String, String> missing() {
        return missing;
    }
}
