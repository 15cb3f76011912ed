// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate and its self-test, on measurements with realistic noise from fixed seeds. */
class SlowdownDetectionTest {
    private static final int MACHINES = 100;

    @TempDir
    private Path directory;

    private long seed;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

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

    @Test
    void selfTestPassesWhereSlowdownsAreFound() throws Exception {
        assertThat(selfTest(share -> new NoisyMachine(++seed, NoisyMachine.USUAL, share)))
                .isEqualTo(Gate.PASSED);
        assertThat(text())
                .contains("REGRESSED: aead ", "REGRESSED: pipeline ", "self-test: the slowdown of each part was found");
    }

    @Test
    void selfTestFailsWhereSlowdownsAreMissed() throws Exception {
        assertThat(selfTest(share -> new NoisyMachine(++seed, NoisyMachine.USUAL, 0)))
                .isEqualTo(Gate.REGRESSED);
        assertThat(text()).contains("self-test FAILED: not found in aead, pipeline");
    }

    @Test
    void selfTestFailsOnFalseAlarms() throws Exception {
        assertThat(selfTest(share -> new NoisyMachine(++seed, NoisyMachine.USUAL, seed == 1 ? 0 : 0.15)))
                .isEqualTo(Gate.REGRESSED);
        assertThat(text()).contains("self-test FAILED: a false alarm");
    }

    @Test
    void selfTestSaysThatAMachineIsTooNoisy() throws Exception {
        assertThat(selfTest(share -> new NoisyMachine(++seed, 0.3, share))).isEqualTo(Gate.UNDECIDED);
        assertThat(text()).contains("undecided: this machine is too noisy");
    }

    private int selfTest(SelfTest.Planted planted) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        return new SelfTest(directory, planted, out, what -> {}).run();
    }

    private String text() {
        return output.toString(StandardCharsets.UTF_8);
    }
}
