package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;

/** What the gate decides on machines of all kinds of noise. */
class DecisionPropertyTest {
    @Property
    void aSlowDownIsFound(
            @ForAll long seed,
            @ForAll @DoubleRange(max = 0.04) double rounds,
            @ForAll @DoubleRange(max = 0.007) @Scale(3) double runs,
            @ForAll @DoubleRange(max = 0.2) double disturbed)
            throws IOException, InterruptedException {
        Comparison comparison = new Comparison(calibrated(seed, rounds, runs, disturbed), what -> {});
        Noise slower = new Noise(~seed, rounds, runs, disturbed, 0.15);
        comparison.run(slower);
        assertThat(comparison.outcomes().get(Noise.NAME).fallen()).isTrue();
        assertThat(slower.measured()).isEqualTo(Comparison.ATTEMPTS);
    }

    @Property
    void whatIsUnchangedPasses(
            @ForAll long seed,
            @ForAll @DoubleRange(max = 0.08) double rounds,
            @ForAll @DoubleRange(max = 0.01) double runs,
            @ForAll @DoubleRange(max = 0.2) double disturbed)
            throws IOException, InterruptedException {
        Comparison comparison = new Comparison(calibrated(seed, rounds, runs, disturbed), what -> {});
        comparison.run(new Noise(~seed, rounds, runs, disturbed, 0));
        assertThat(comparison.outcomes().get(Noise.NAME).fallen()).isFalse();
    }

    /** Few rounds, all of them low, may be chance; five are the fewest that can decide. */
    @Property
    void fewRoundsDecideNothing(@ForAll @DoubleRange(min = 0.1, max = 0.8) double sample) {
        Expectation expectation = new Expectation(1, 0.06);
        List<Double> four = List.of(sample, sample * 0.99, sample * 0.98, sample * 0.97);
        assertThat(Verdict.of(new Ratio("few", four), expectation).fallen()).isFalse();
        Ratio five = new Ratio("five", four).and(new Ratio("five", List.of(sample * 0.96)));
        assertThat(Verdict.of(five, expectation).fallen()).isTrue();
    }

    private static Map<String, Expectation> calibrated(long seed, double rounds, double runs, double disturbed)
            throws IOException, InterruptedException {
        Calibration calibration = new Calibration(5, what -> {});
        calibration.run(new Noise(seed, rounds, runs, disturbed, 0));
        return calibration.expectations();
    }
}
