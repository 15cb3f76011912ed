package io.culvert.bench.gate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares what sources measure with what is expected. What looks fallen is measured again, from a fresh start, up to {@value #ATTEMPTS}
 * times in all, and has fallen only when it did each time.
 */
final class Comparison {
    static final int ATTEMPTS = 3;

    private final Map<String, Expectation> expected;
    private final Consumer<String> progress;
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();

    /**
     * What became of a ratio.
     *
     * @param last its last measurement
     * @param verdict on that
     * @param attempts how often it was measured
     */
    record Outcome(Ratio last, Verdict verdict, int attempts) {
        /** Whether it fell each time. */
        boolean fallen() {
            return verdict.fallen() && attempts == ATTEMPTS;
        }
    }

    /** A comparison by these expectations, which tells {@code progress} what it is at. */
    Comparison(Map<String, Expectation> expected, Consumer<String> progress) {
        this.expected = expected;
        this.progress = progress;
    }

    /** Measures what a source has that is expected, and judges it. */
    void run(Source source) throws IOException, InterruptedException {
        Set<String> open = new LinkedHashSet<>(source.names());
        open.retainAll(expected.keySet());
        if (open.isEmpty()) {
            return;
        }
        String whyNot = source.missing();
        if (!whyNot.isEmpty()) {
            open.forEach(name -> missing.put(name, whyNot));
            return;
        }
        for (int attempt = 1; attempt <= ATTEMPTS && !open.isEmpty(); attempt++) {
            progress.accept(
                    attempt == 1
                            ? source.title()
                            : source.title() + ", again (" + attempt + " of " + ATTEMPTS + "), as these look fallen: "
                                    + String.join("; ", open));
            open = stillFallen(source.measure(open, missing), open, attempt);
        }
    }

    private Set<String> stillFallen(List<Ratio> measured, Collection<String> open, int attempt) {
        Set<String> fallen = new LinkedHashSet<>();
        List<String> seen = new ArrayList<>();
        for (Ratio ratio : measured) {
            String name = ratio.name();
            if (!open.contains(name)) {
                continue;
            }
            seen.add(name);
            Verdict verdict = Verdict.of(ratio, expected.get(name));
            outcomes.put(name, new Outcome(ratio, verdict, attempt));
            if (verdict.fallen()) {
                fallen.add(name);
            }
        }
        open.stream().filter(name -> !seen.contains(name)).forEach(name -> missing.putIfAbsent(name, "not measured"));
        return fallen;
    }

    /** What was judged, by name. */
    Map<String, Outcome> outcomes() {
        return outcomes;
    }

    /** What is expected and was not measured, with the reason. */
    Map<String, String> missing() {
        return missing;
    }
}
