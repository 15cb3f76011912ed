package io.culvert.bench.gate;

import java.util.Arrays;
import java.util.List;

/**
 * What a baseline expects of a ratio.
 *
 * @param expected the ratio
 * @param tolerance by which share a run may fall below it: what unchanged runs differ by, with a margin
 */
record Expectation(double expected, double tolerance) {
    /** Unchanged runs on one machine seldom agree better than this: compilers decide differently, memory lies elsewhere. */
    static final double LEAST_TOLERANCE = 0.06;

    private static final double MOST_TOLERANCE = 0.9;
    /** What takes 15 % longer gives a ratio 13 % lower, of which noise may take a part away. */
    private static final double USEFUL_TOLERANCE = 0.1;
    /** Of what unchanged runs differ by, as a standard deviation. */
    private static final double MARGIN = 3;
    /** Makes the median distance from the median a standard deviation, of a normal distribution. */
    private static final double NORMAL = 1.4826;
    /** The standard error of a median of n samples, times the root of n, over their standard deviation. */
    private static final double MEDIAN_ERROR = 1.2533;

    /** Refuses what no measurement can have given. */
    Expectation {
        if (!(expected > 0) || !(tolerance > 0) || !(tolerance < 1)) {
            throw new IllegalArgumentException("a ratio of " + expected + ", tolerance " + tolerance);
        }
        expected = round(expected);
        tolerance = round(tolerance);
    }

    /** Whether a slow-down of 15 % will be found: a larger tolerance may cover it up. */
    boolean isUseful() {
        return tolerance <= USEFUL_TOLERANCE;
    }

    /**
     * What unchanged runs gave.
     *
     * @param medians of one ratio, one for each run; at least one
     */
    static Expectation ofRuns(List<Double> medians) {
        return of(medians, 1);
    }

    /**
     * What one run gave whose rounds each began afresh, so that its median differs from other runs' by chance as its rounds do from
     * each other.
     *
     * @param rounds the samples of one ratio
     */
    static Expectation ofRounds(List<Double> rounds) {
        return of(rounds, MEDIAN_ERROR / Math.sqrt(rounds.size()));
    }

    private static Expectation of(List<Double> values, double share) {
        double[] logs = values.stream().mapToDouble(Math::log).toArray();
        double middle = median(logs);
        double distance =
                median(Arrays.stream(logs).map(log -> Math.abs(log - middle)).toArray());
        double tolerance = MARGIN * NORMAL * distance * share;
        return new Expectation(Math.exp(middle), Math.clamp(tolerance, LEAST_TOLERANCE, MOST_TOLERANCE));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double round(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
