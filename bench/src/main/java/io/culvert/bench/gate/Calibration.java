package io.culvert.bench.gate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Finds out what to expect: measures what is unchanged several times over, and derives the tolerance from how well that agrees. */
final class Calibration {
    private final Map<String, Expectation> expectations = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final int runs;
    private final Consumer<String> progress;

    /** One of {@code runs} measurements of all whose rounds do not begin afresh. */
    Calibration(int runs, Consumer<String> progress) {
        this.runs = runs;
        this.progress = progress;
    }

    /** Measures what a source has. */
    void run(Source source) throws IOException, InterruptedException {
        String whyNot = source.missing();
        if (!whyNot.isEmpty()) {
            source.names().forEach(name -> missing.put(name, whyNot));
            return;
        }
        if (source.beginsEachRoundAfresh()) {
            progress.accept(source.title());
            for (Ratio ratio : source.measure(source.names(), missing)) {
                expectations.put(ratio.name(), Expectation.ofRounds(ratio.samples()));
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
        medians.forEach((name, values) -> expectations.put(name, Expectation.ofRuns(values)));
    }

    /** What was found. */
    Map<String, Expectation> expectations() {
        return expectations;
    }

    /** What could not be measured, with the reason. */
    Map<String, String> missing() {
        return missing;
    }
}
