// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * The judgement on one measurement of a ratio.
 *
 * @param change of the median relative to the expected ratio: -0.1 for a tenth lower
 * @param regressed whether it is significantly below the tolerated range
 * @param improved whether it is significantly above that range
 */
record Verdict(double change, boolean regressed, boolean improved) {
    /** Level of significance of one measurement; only what regresses in every repetition fails. */
    static final double SIGNIFICANCE = 0.05;

    /**
     * Judges by Wilcoxon's signed-rank test of the samples' logarithms, which tolerates a few outliers of any size.
     * Fewer than five samples are never significant.
     */
    static Verdict of(Ratio measured, Threshold threshold) {
        double change = measured.median() / threshold.expected() - 1;
        double[] distances = measured.distances(threshold.expected());
        double lowest = Math.log(1 - threshold.tolerance());
        return new Verdict(
                change,
                change < -threshold.tolerance() && significant(distances, lowest, AlternativeHypothesis.LESS_THAN),
                change > threshold.tolerance() && significant(distances, -lowest, AlternativeHypothesis.GREATER_THAN));
    }

    private static boolean significant(double[] distances, double center, AlternativeHypothesis alternative) {
        return WilcoxonSignedRankTest.withDefaults()
                .withMu(center)
                .with(alternative)
                .test(distances)
                .reject(SIGNIFICANCE);
    }
}
