// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.result.Series;
import java.util.Arrays;
import java.util.List;

/**
 * The limit below which a ratio has regressed.
 *
 * @param expected the ratio of unchanged code
 * @param tolerance the share by which a run may be lower: the noise of unchanged runs, with a margin
 */
record Threshold(double expected, double tolerance) {
    /** Unchanged runs on one machine seldom agree better: compilation decisions and memory layout differ. */
    static final double LEAST_TOLERANCE = 0.06;

    private static final double MOST_TOLERANCE = 0.9;
    /** Work that takes 15 % longer has a ratio 13 % lower, part of which noise may hide. */
    private static final double USEFUL_TOLERANCE = 0.1;
    /** The tolerance in standard deviations of unchanged runs. */
    private static final double MARGIN = 3;
    /** Standard deviation of a normal distribution over its median absolute deviation. */
    private static final double NORMAL = 1.4826;
    /** Standard error of the median of n samples, times the square root of n, over their standard deviation. */
    private static final double MEDIAN_ERROR = 1.2533;

    /** Rejects values that no measurement can give. */
    Threshold {
        if (!(expected > 0) || !(tolerance > 0) || !(tolerance < 1)) {
            throw new IllegalArgumentException(
                    "expected a ratio above 0 and a tolerance from 0 to 1, got " + expected + " and " + tolerance);
        }
        expected = round(expected);
        tolerance = round(tolerance);
    }

    /** Whether the gate will find a slowdown of 15 %: a larger tolerance may hide it. */
    boolean isUseful() {
        return tolerance <= USEFUL_TOLERANCE;
    }

    /**
     * The threshold from several runs of unchanged code.
     *
     * @param medians of one ratio, one per run; at least one
     */
    static Threshold ofRuns(List<Double> medians) {
        return of(medians, 1);
    }

    /**
     * The threshold from one run with independent rounds: the error of its median follows from the deviation of its
     * rounds.
     *
     * @param rounds the samples of one ratio
     */
    static Threshold ofRounds(List<Double> rounds) {
        return of(rounds, MEDIAN_ERROR / Math.sqrt(rounds.size()));
    }

    private static Threshold of(List<Double> values, double share) {
        double[] logs = values.stream().mapToDouble(Math::log).toArray();
        double middle = Series.median(logs);
        double distance = Series.median(
                Arrays.stream(logs).map(log -> Math.abs(log - middle)).toArray());
        double tolerance = MARGIN * NORMAL * distance * share;
        return new Threshold(Math.exp(middle), Math.clamp(tolerance, LEAST_TOLERANCE, MOST_TOLERANCE));
    }

    private static double round(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
