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
import java.util.TreeMap;

/**
 * Compares two builds at the cipher and the pipeline in memory. Each round starts a JVM of each build, this one first
 * in even rounds and second in odd ones; in each JVM Culvert alternates with the JDK's cipher. So a sample of a ratio
 * is free of the machine's speed twice over, and rounds are independent of each other.
 */
final class BuildPair implements Source {
    private static final int ROUNDS = 12;
    private static final int SLICES = 12;
    private static final int SLICE_MILLIS = 10;
    private static final int WARM_UP_MILLIS = 200;

    private final Side own;
    private final Side other;
    private final Map<String, String> rows = new LinkedHashMap<>();
    private final Map<String, String> unmatched = new TreeMap<>();

    /** One of the builds. */
    interface Side {
        /**
         * Measures in a JVM of its own.
         *
         * @param rounds the number of samples of each ratio
         * @param sliceMillis how long Culvert and its reference run in a round
         * @param warmUpMillis how long each of them runs before
         */
        List<Ratio> measure(int rounds, int sliceMillis, int warmUpMillis) throws IOException, InterruptedException;
    }

    private BuildPair(Side own, Side other) {
        this.own = own;
        this.other = other;
    }

    /**
     * Compares this build with another one, at what both can measure. Each measures shortly, to find that out.
     *
     * @param reference the name of the other build in names of ratios
     * @throws IOException if this build cannot measure; another one that cannot gives no ratios
     */
    static BuildPair of(String reference, Side own, Side other) throws IOException, InterruptedException {
        BuildPair pair = new BuildPair(own, other);
        Set<String> here = names(own.measure(1, 1, 1));
        Set<String> there;
        try {
            there = names(other.measure(1, 1, 1));
        } catch (IOException e) {
            pair.unmatched.put("cipher and pipeline in memory", e.getMessage());
            return pair;
        }
        for (String row : here) {
            if (there.contains(row)) {
                pair.rows.put(row, row.split(" / ")[0] + " / " + reference);
            } else {
                pair.unmatched.put(row, reference + " does not have it");
            }
        }
        there.removeAll(here);
        there.forEach(row -> pair.unmatched.put(row, "only " + reference + " has it"));
        return pair;
    }

    private static Set<String> names(List<Ratio> ratios) {
        Set<String> names = new LinkedHashSet<>();
        ratios.forEach(ratio -> names.add(ratio.name()));
        return names;
    }

    /** The measurements that only one of the builds has, with the reason why they are not compared. */
    Map<String, String> unmatched() {
        return unmatched;
    }

    @Override
    public String title() {
        return "cipher and pipeline in memory, " + ROUNDS + " JVMs of each build";
    }

    @Override
    public Set<String> names() {
        return new LinkedHashSet<>(rows.values());
    }

    @Override
    public Optional<String> unavailableReason() {
        return Optional.empty();
    }

    @Override
    public boolean roundsAreIndependent() {
        return true;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures)
            throws IOException, InterruptedException {
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            boolean ownFirst = round % 2 == 0;
            Map<String, Double> first = medians(ownFirst ? own : other);
            Map<String, Double> second = medians(ownFirst ? other : own);
            rows.forEach((row, name) -> samples.computeIfAbsent(name, key -> new ArrayList<>())
                    .add(ownFirst ? first.get(row) / second.get(row) : second.get(row) / first.get(row)));
        }
        List<Ratio> ratios = new ArrayList<>();
        samples.forEach((name, values) -> ratios.add(new Ratio(name, values)));
        return ratios;
    }

    private static Map<String, Double> medians(Side side) throws IOException, InterruptedException {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (Ratio ratio : side.measure(SLICES, SLICE_MILLIS, WARM_UP_MILLIS)) {
            medians.put(ratio.name(), ratio.median());
        }
        return medians;
    }
}
