package io.culvert.bench.gate;

import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * What one measurement says of a ratio.
 *
 * @param change of the median against what was expected, as a share of that: -0.1 for a tenth less
 * @param fallen whether it lies below what is tolerated and chance would seldom have it so
 * @param risen whether it lies as far above
 */
record Verdict(double change, boolean fallen, boolean risen) {
    /** What chance may do in one measurement; only what falls in every repetition fails. */
    static final double CHANCE = 0.05;

    /**
     * Judges, by Wilcoxon's signed-rank test of the samples' logarithms: a few rounds that were disturbed change little, however much
     * they were. Fewer than five samples decide nothing.
     */
    static Verdict of(Ratio measured, Expectation expectation) {
        double change = measured.median() / expectation.expected() - 1;
        double[] distances = measured.distances(expectation.expected());
        double least = Math.log(1 - expectation.tolerance());
        return new Verdict(
                change,
                change < -expectation.tolerance() && unlikely(distances, least, AlternativeHypothesis.LESS_THAN),
                change > expectation.tolerance() && unlikely(distances, -least, AlternativeHypothesis.GREATER_THAN));
    }

    private static boolean unlikely(double[] distances, double center, AlternativeHypothesis alternative) {
        return WilcoxonSignedRankTest.withDefaults()
                .withMu(center)
                .with(alternative)
                .test(distances)
                .reject(CHANCE);
    }
}
