package io.culvert.bench.gate;

import java.util.ArrayList;
import java.util.List;

/**
 * How many times as good as a reference Culvert is at something: one sample for each round, in which both were measured within a
 * moment, so that what disturbed the machine disturbed both.
 *
 * @param name what was done, and the reference after a stroke, such as {@code aead seal 46x1420 / jce}
 * @param samples more is better; positive, finite
 */
record Ratio(String name, List<Double> samples) {
    /** Refuses samples that are no ratios. */
    Ratio {
        if (samples.isEmpty() || !samples.stream().allMatch(sample -> sample > 0 && Double.isFinite(sample))) {
            throw new IllegalArgumentException(name + ": ratios " + samples);
        }
        samples = List.copyOf(samples);
    }

    /** The sample in the middle; of an even number, the geometric mean of the two. */
    double median() {
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : Math.sqrt(sorted[middle - 1] * sorted[middle]);
    }

    /** The logarithms of the samples, each as a multiple of {@code expected}: 0 for what was expected, about -0.1 for a tenth less. */
    double[] distances(double expected) {
        return samples.stream()
                .mapToDouble(sample -> Math.log(sample / expected))
                .toArray();
    }

    /** The same ratio with the samples of both. */
    Ratio and(Ratio more) {
        List<Double> all = new ArrayList<>(samples);
        all.addAll(more.samples);
        return new Ratio(name, all);
    }
}
