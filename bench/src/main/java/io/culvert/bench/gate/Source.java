package io.culvert.bench.gate;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Something that measures ratios. */
interface Source {
    /** In words, for those who wait. */
    String title();

    /** What it measures: the names of its ratios. */
    Set<String> names();

    /** Why it cannot measure here; empty when it can. */
    String missing() throws InterruptedException;

    /** Whether each round begins afresh, so that rounds differ as runs do. */
    boolean beginsEachRoundAfresh();

    /**
     * Measures once more, from a fresh start.
     *
     * @param wanted names of the ratios that are needed; others may come along
     * @return what was measured; what could not be is not among it, and {@code failures} says why
     * @param failures takes reasons, by name of the ratio
     */
    List<Ratio> measure(Collection<String> wanted, Map<String, String> failures)
            throws IOException, InterruptedException;
}
