package io.culvert.bench.result;

import java.util.List;

/**
 * The samples of one metric of one contender in one test, in the order of the rounds: sample {@code i} of all contenders was taken in
 * round {@code i}, so that what disturbed the machine then disturbed all of them alike.
 *
 * @param test what was done, such as {@code tcp1}, {@code ping}, {@code seal 46x1420}
 * @param contender who did it, such as {@code culvert}, {@code wireguard-go}, {@code jce}
 * @param metric what was measured, such as {@code throughput}, {@code cpu}, {@code p99}
 * @param unit of the samples, such as {@code Gbit/s}, {@code s/GB}, {@code us}, {@code %}, {@code MiB}, {@code ns}
 * @param higherIsBetter which way is better
 * @param samples one for each round in which the test succeeded, finite numbers; at least one
 */
public record Series(
        String test, String contender, String metric, String unit, boolean higherIsBetter, List<Double> samples) {
    /** Copies the samples. */
    public Series {
        if (samples.isEmpty() || !samples.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(test + ", " + contender + ", " + metric + ": samples " + samples);
        }
        samples = List.copyOf(samples);
    }

    /** The median; of an even number of samples, the mean of the two in the middle. */
    public double median() {
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The smallest sample. */
    public double min() {
        return samples.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The largest sample. */
    public double max() {
        return samples.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** How far apart the samples lie: the largest less the smallest, as a share of the median; 0 for a median of 0. */
    public double spread() {
        double median = median();
        return median == 0 ? 0 : (max() - min()) / Math.abs(median);
    }
}
