// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.List;

/**
 * How many times as good as a reference Culvert is, by round. A round measures both within milliseconds, so that a
 * disturbance of the machine affects both.
 *
 * @param name the work, and the reference after a slash, such as {@code aead seal 46x1420 / jce}
 * @param samples one per round; positive, finite, higher is better
 */
record Ratio(String name, List<Double> samples) {
    /** Rejects samples that are not positive and finite. */
    Ratio {
        if (samples.isEmpty() || !samples.stream().allMatch(sample -> sample > 0 && Double.isFinite(sample))) {
            throw new IllegalArgumentException(name + ": expected positive, finite ratios, got " + samples);
        }
        samples = List.copyOf(samples);
    }

    /** The median; of an even number of samples, the geometric mean of the middle two. */
    double median() {
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : Math.sqrt(sorted[middle - 1] * sorted[middle]);
    }

    /** The logarithms of the samples relative to {@code expected}: 0 if equal, about -0.1 if a tenth lower. */
    double[] distances(double expected) {
        return samples.stream()
                .mapToDouble(sample -> Math.log(sample / expected))
                .toArray();
    }

    /** The ratio as a recorded result. */
    Series toSeries() {
        String[] parts = name.split(" / ", 2);
        return new Series(parts[0], "culvert", "ratio to " + parts[1], "x", true, samples);
    }

    /** The same ratio with the samples of both. */
    Ratio and(Ratio more) {
        List<Double> all = new ArrayList<>(samples);
        all.addAll(more.samples);
        return new Ratio(name, all);
    }
}
