// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Percentiles of times in microseconds, by the nearest rank: each is one of the times.
 *
 * @param sorted the times in ascending order; at least one
 */
record Percentiles(double[] sorted) {
    /** A percentile is shown if at least this many times lie above it, so that it is not just the maximum. */
    private static final int LEAST_ABOVE = 1;

    private static final double[] TAIL = {0.99, 0.999};
    private static final String[] TAIL_NAMES = {"p99", "p99.9"};

    /** Sorts a copy of {@code times}. */
    static Percentiles of(double[] times) {
        if (times.length == 0) {
            throw new IllegalArgumentException("no times");
        }
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return new Percentiles(sorted);
    }

    /** The smallest time that a share of the times, from 0 to 1, does not exceed. */
    double at(double share) {
        return sorted[rank(share) - 1];
    }

    private int rank(double share) {
        // 0.99 * 100 is a little above 99 in binary.
        return Math.clamp((int) Math.ceil(share * sorted.length - 1e-9), 1, sorted.length);
    }

    /** The largest time. */
    double max() {
        return sorted[sorted.length - 1];
    }

    /** Median, maximum, and the percentiles that the number of times permits: p99 from 100 on, p99.9 from 1,000 on. */
    List<Sample> samples() {
        List<Sample> samples = new ArrayList<>(List.of(Sample.cost("median", "us", at(0.5))));
        for (int i = 0; i < TAIL.length; i++) {
            if (sorted.length - rank(TAIL[i]) >= LEAST_ABOVE) {
                samples.add(Sample.cost(TAIL_NAMES[i], "us", at(TAIL[i])));
            }
        }
        samples.add(Sample.cost("max", "us", max()));
        return samples;
    }
}
