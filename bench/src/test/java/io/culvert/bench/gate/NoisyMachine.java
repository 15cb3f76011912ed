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
 * Ratios as {@link ForkedSource} measures them on a shared machine, from a seed: each JVM compiles a little
 * differently, the machine's speed drifts from round to round, rounds have heavy tails, and some are outliers.
 */
final class NoisyMachine implements Source {
    /** A deviation of compiled code from JVM to JVM, as seen on machines that measure with a useful tolerance. */
    static final double USUAL = 0.01;

    private static final int JVMS = 3;
    private static final int ROUNDS = 24;
    private static final double DRIFT = 0.006;
    private static final double DRIFT_KEPT = 0.9;
    private static final double TAIL_SCALE = 0.012;
    private static final double OUTLIERS = 0.04;
    private static final double OUTLIER_SCALE = 0.7;

    private final Random random;
    private final double jvms;
    private final double slowdown;

    /**
     * A machine.
     *
     * @param jvms standard deviation of the ratios of JVMs
     * @param slowdown of Culvert: 0.15 when everything takes 15 % longer
     */
    NoisyMachine(long seed, double jvms, double slowdown) {
        random = new Random(seed);
        this.jvms = jvms;
        this.slowdown = slowdown;
    }

    @Override
    public String title() {
        return "noisy machine";
    }

    @Override
    public Set<String> names() {
        return InMemory.names();
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
        return names().stream().map(name -> new Ratio(name, samples())).toList();
    }

    private List<Double> samples() {
        List<Double> samples = new ArrayList<>();
        for (int jvm = 0; jvm < JVMS; jvm++) {
            double compiled = jvms * random.nextGaussian();
            double drift = 0;
            for (int round = 0; round < ROUNDS; round++) {
                drift = DRIFT_KEPT * drift + DRIFT * random.nextGaussian();
                double outlier = random.nextDouble() < OUTLIERS ? OUTLIER_SCALE * random.nextGaussian() : 0;
                samples.add(2.4 / (1 + slowdown) * Math.exp(compiled + drift + TAIL_SCALE * heavyTailed() + outlier));
            }
        }
        return samples;
    }

    /** A sample of Student's t distribution with three degrees of freedom, whose kurtosis is infinite. */
    private double heavyTailed() {
        double squares = 0;
        for (int i = 0; i < 3; i++) {
            double normal = random.nextGaussian();
            squares += normal * normal;
        }
        return random.nextGaussian() / Math.sqrt(squares / 3);
    }
}
