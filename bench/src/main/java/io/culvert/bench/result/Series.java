// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.result;

import java.util.Arrays;
import java.util.List;

/**
 * The samples of one metric of one implementation in one test, one per round: a disturbance of the machine in round
 * {@code i} affects sample {@code i} of all implementations.
 *
 * @param test such as {@code tcp1}, {@code ping}, {@code seal 46x1420}
 * @param implementation such as {@code culvert}, {@code wireguard-go}, {@code jce}
 * @param metric such as {@code throughput}, {@code cpu}, {@code p99}
 * @param unit of the samples, such as {@code Gbit/s}, {@code s/GB}, {@code us}, {@code %}, {@code MiB}, {@code ns}
 * @param higherIsBetter whether more is better
 * @param samples one for each round in which the test succeeded; at least one, all finite
 */
public record Series(
        String test, String implementation, String metric, String unit, boolean higherIsBetter, List<Double> samples) {
    /** Copies the samples. */
    public Series {
        if (samples.isEmpty() || !samples.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    test + ", " + implementation + ", " + metric + ": expected finite samples, got " + samples);
        }
        samples = List.copyOf(samples);
    }

    /** The median; of an even number of samples, the mean of the middle two. */
    public double median() {
        return median(samples.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The median of at least one value; of an even number, the mean of the middle two. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
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

    /** The largest sample less the smallest, as a share of the median; 0 if the median is 0. */
    public double spread() {
        double median = median();
        return median == 0 ? 0 : (max() - min()) / Math.abs(median);
    }
}
