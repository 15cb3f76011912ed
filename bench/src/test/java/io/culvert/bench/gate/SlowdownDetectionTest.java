// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate with a baseline, on measurements with realistic noise from fixed seeds. */
class SlowdownDetectionTest {
    private static final int MACHINES = 100;

    @TempDir
    private Path directory;

    /** Each of 100 machines calibrates the gate, then compares unchanged code, and code slowed by 15 %. */
    @Test
    void injectedSlowdownsAreFoundAndNothingElse() throws Exception {
        for (long machine = 0; machine < MACHINES; machine++) {
            Path baseline = directory.resolve(machine + ".json");
            Comparison unchanged = compare(baseline, machine, 0);
            assertThat(unchanged.outcomes())
                    .hasSize(6)
                    .allSatisfy((name, outcome) ->
                            assertThat(outcome.regressed()).as(name).isFalse());
            Comparison slower = compare(baseline, machine, SelfTest.SLOWDOWN);
            assertThat(slower.outcomes())
                    .hasSize(6)
                    .allSatisfy((name, outcome) ->
                            assertThat(outcome.regressed()).as(name).isTrue());
        }
    }

    private static Comparison compare(Path baseline, long machine, double slowdown)
            throws IOException, InterruptedException {
        Calibration calibration = new Calibration(5, what -> {});
        calibration.run(new NoisyMachine(2 * machine, NoisyMachine.USUAL, 0));
        Baseline.empty()
                .with("noisy", new Baseline.Entry("then", 5, calibration.thresholds()))
                .write(baseline);
        Comparison comparison =
                new Comparison(Baseline.read(baseline).of("noisy").orElseThrow().ratios(), what -> {});
        comparison.run(new NoisyMachine(2 * machine + 1, NoisyMachine.USUAL, slowdown));
        return comparison;
    }
}
