// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import java.util.Arrays;

/**
 * How evenly something is shared.
 *
 * @param sorted what each one got, in ascending order; at least one
 */
public record Shares(double[] sorted) {
    /** Sorts a copy of {@code amounts}. */
    public static Shares of(double[] amounts) {
        if (amounts.length == 0) {
            throw new IllegalArgumentException("no shares");
        }
        double[] sorted = amounts.clone();
        Arrays.sort(sorted);
        return new Shares(sorted);
    }

    /** The smallest share. */
    public double min() {
        return sorted[0];
    }

    /** The median; of an even number, the mean of the middle two. */
    public double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The largest share. */
    public double max() {
        return sorted[sorted.length - 1];
    }

    /** The sum. */
    public double sum() {
        return Arrays.stream(sorted).sum();
    }

    /**
     * Jain's index: 1 if all are equal, and 1/n if one has all; also 1 if all are zero (Jain, Chiu, Hawe: A
     * Quantitative Measure of Fairness, DEC-TR-301, 1984).
     */
    public double index() {
        double sum = sum();
        double squares = Arrays.stream(sorted).map(share -> share * share).sum();
        return squares == 0 ? 1 : sum * sum / (sorted.length * squares);
    }
}
