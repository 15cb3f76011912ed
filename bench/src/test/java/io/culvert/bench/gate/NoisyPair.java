// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Ratios of two builds as a shared machine measures them, from a seed. Each figure has the kind of noise that it has
 * there: heavy tails and outliers in speed, a loss that comes in bursts, and a p99 that varies by a third from round
 * to round.
 */
final class NoisyPair implements Source {
    static final int ROUNDS = 12;

    private static final String OTHER = " / other";
    private static final double OUTLIERS = 0.05;
    private static final double OUTLIER_SCALE = 0.5;
    private static final double LOSSY_ROUNDS = 0.1;

    private final Map<String, Figure> figures = new LinkedHashMap<>();
    private final Random random;
    private final boolean faults;

    /** How many times as good a build is in one round, and what a fault changes. */
    private record Figure(Noise noise, double fault, double tolerance) {
        interface Noise {
            double round();
        }
    }

    /** Two builds that are equal, or of which one has faults. */
    NoisyPair(long seed, boolean faults) {
        random = new Random(seed);
        this.faults = faults;
        for (String row : InMemory.names()) {
            figures.put(row.split(" / ")[0] + OTHER, new Figure(() -> speed(0.03), 1 / 1.15, 0.05));
        }
        for (String test : List.of("tcp1", "tcp8", "tcp8@gateway", "small200")) {
            figures.put(test + OTHER, new Figure(() -> speed(0.05), 1 / 1.15, 0.05));
        }
        figures.put("udp1g delivered" + OTHER, new Figure(this::delivered, 0.99, 0.003));
        figures.put("ping10ms median" + OTHER, new Figure(() -> speed(0.1), 1, 0.15));
        figures.put("ping10ms p99" + OTHER, new Figure(() -> speed(0.3), 0.5, 0.3));
        figures.put("pingload p99" + OTHER, new Figure(() -> speed(0.3), 0.5, 0.3));
    }

    /** A figure of a build with heavy tails: Student's t distribution with four degrees of freedom, and outliers. */
    private double speed(double scale) {
        double squares = 0;
        for (int i = 0; i < 4; i++) {
            double normal = random.nextGaussian();
            squares += normal * normal;
        }
        double tails = random.nextGaussian() / Math.sqrt(squares / 4);
        double outlier = random.nextDouble() < OUTLIERS ? OUTLIER_SCALE * random.nextGaussian() : 0;
        return Math.exp(scale * tails + outlier);
    }

    /** Some 1.5 % are lost, as by a machine of two cores that carries both ends; in one round of ten, a burst more. */
    private double delivered() {
        double burst = random.nextDouble() < LOSSY_ROUNDS ? 0.02 * Math.exp(random.nextGaussian()) : 0;
        return 1 - Math.min(0.5, 0.015 * Math.exp(0.4 * random.nextGaussian()) + burst);
    }

    @Override
    public String title() {
        return "noisy pair";
    }

    @Override
    public Set<String> names() {
        return figures.keySet();
    }

    @Override
    public double tolerance(String name) {
        return figures.get(name).tolerance();
    }

    @Override
    public Set<String> planted() {
        Set<String> names = new LinkedHashSet<>(figures.keySet());
        names.removeIf(name -> figures.get(name).fault() == 1);
        return names;
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
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) {
        List<Ratio> ratios = new ArrayList<>();
        for (String name : wanted) {
            Figure figure = figures.get(name);
            List<Double> samples = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                double own = figure.noise().round() * (faults ? figure.fault() : 1);
                samples.add(own / figure.noise().round());
            }
            ratios.add(new Ratio(name, samples));
        }
        return ratios;
    }
}
