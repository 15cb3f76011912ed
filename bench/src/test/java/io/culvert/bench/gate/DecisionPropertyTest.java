// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The gate's decisions under different kinds of measurement noise. */
class DecisionPropertyTest {
    /** Noise hides a slowdown in about 1 of 30,000 cases, so the cases are the same in every run. */
    @Test
    void slowdownIsDetected() {
        Laws.check(1L, 3000, draw -> {
            long seed = draw.longInteger();
            double rounds = draw.decimal(0, 0.04);
            double runs = draw.decimal(0, 0.007);
            double disturbed = draw.decimal(0, 0.2);

            Comparison comparison = new Comparison(calibrated(seed, rounds, runs, disturbed), what -> {});
            Noise slower = new Noise(~seed, rounds, runs, disturbed, 0.15);
            comparison.run(slower);
            assertThat(comparison.outcomes().get(Noise.NAME).regressed()).isTrue();
            assertThat(slower.measured()).isEqualTo(Comparison.ATTEMPTS);
        });
    }

    /** Noise looks like a slowdown in rare cases, so the cases are the same in every run. */
    @Test
    void unchangedCodePasses() {
        Laws.check(1L, 1000, draw -> {
            long seed = draw.longInteger();
            double rounds = draw.decimal(0, 0.08);
            double runs = draw.decimal(0, 0.01);
            double disturbed = draw.decimal(0, 0.2);

            Comparison comparison = new Comparison(calibrated(seed, rounds, runs, disturbed), what -> {});
            comparison.run(new Noise(~seed, rounds, runs, disturbed, 0));
            assertThat(comparison.outcomes().get(Noise.NAME).regressed()).isFalse();
        });
    }

    /** Four low rounds may be chance. Five are the fewest that can fail the gate. */
    @Test
    void fewerThanFiveRoundsNeverFail() {
        Laws.check(draw -> {
            double sample = draw.decimal(0.1, 0.8);

            Threshold threshold = new Threshold(1, 0.06);
            List<Double> four = List.of(sample, sample * 0.99, sample * 0.98, sample * 0.97);
            assertThat(Verdict.of(new Ratio("few", four), threshold).regressed())
                    .isFalse();
            Ratio five = new Ratio("five", four).and(new Ratio("five", List.of(sample * 0.96)));
            assertThat(Verdict.of(five, threshold).regressed()).isTrue();
        });
    }

    private static Map<String, Threshold> calibrated(long seed, double rounds, double runs, double disturbed)
            throws IOException, InterruptedException {
        Calibration calibration = new Calibration(5, what -> {});
        calibration.run(new Noise(seed, rounds, runs, disturbed, 0));
        return calibration.thresholds();
    }
}
