// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Ratios of a noisy machine: rounds vary around the mean of their run, runs vary too, and some rounds are outliers on
 * either side.
 */
final class Noise implements Source {
    static final String NAME = "made up / nothing";
    private static final double TRUE_RATIO = 2.4;

    private final Random random;
    private final double rounds;
    private final double runs;
    private final double disturbed;
    private final double slowdown;
    private int measured;

    /**
     * A machine.
     *
     * @param rounds standard deviation of rounds
     * @param runs standard deviation of runs
     * @param disturbed share of disturbed rounds
     * @param slowdown of Culvert: 0.15 when everything takes 15 % longer
     */
    Noise(long seed, double rounds, double runs, double disturbed, double slowdown) {
        random = new Random(seed);
        this.rounds = rounds;
        this.runs = runs;
        this.disturbed = disturbed;
        this.slowdown = slowdown;
    }

    int measured() {
        return measured;
    }

    @Override
    public String title() {
        return "noise";
    }

    @Override
    public Set<String> names() {
        return Set.of(NAME);
    }

    @Override
    public Optional<String> unavailableReason() {
        return Optional.empty();
    }

    @Override
    public boolean roundsAreIndependent() {
        return false;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) {
        measured++;
        double run = TRUE_RATIO / (1 + slowdown) * Math.exp(runs * random.nextGaussian());
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < 72; i++) {
            double hit = random.nextDouble() < disturbed ? Math.exp(0.7 * random.nextGaussian()) : 1;
            samples.add(run * Math.exp(rounds * random.nextGaussian()) * hit);
        }
        return List.of(new Ratio(NAME, samples));
    }
}
