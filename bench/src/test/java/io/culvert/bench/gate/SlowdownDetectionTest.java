// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gate with real measurements, fewer than usual: it finds injected slowdowns of 15 %, and nothing without them. On
 * a machine that is too noisy the test is skipped.
 */
class SlowdownDetectionTest {
    private static final String SLOWER = "-D" + InjectedSlowdown.PROPERTY + "=aead=0.15,pipeline=0.15";

    /** With three runs, one outlier does not widen the tolerance. */
    private static final int RUNS = 3;

    /** Attempts, since a busy machine may disturb one. */
    private static final int TRIES = 3;

    /** Calibrations until one is precise enough for an attempt. */
    private static final int CALIBRATIONS = 5;

    @TempDir
    private Path directory;

    @Test
    void injectedSlowdownsAreFoundAndNothingElse() throws Exception {
        int failed = 0;
        String undecided = "";
        for (int i = 0; i < CALIBRATIONS; i++) {
            Path baseline = directory.resolve("baseline" + i + ".json");
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            assertThat(gate(baseline, output, "-Dunchanged").update(RUNS))
                    .as("%s", output)
                    .isEqualTo(Gate.PASSED);
            if (!isUseful(Baseline.read(baseline))) {
                undecided = output.toString(StandardCharsets.UTF_8);
                continue;
            }
            try {
                assertFound(baseline, output);
                return;
            } catch (AssertionError e) {
                failed++;
                if (failed == TRIES) {
                    throw e;
                }
            }
        }
        Assumptions.abort(
                "this machine is too noisy to detect 15 %, after " + failed + " failed attempts: " + undecided);
    }

    /** Whether at least one ratio of each slowed part is precise enough. */
    private static boolean isUseful(Baseline baseline) {
        Map<String, Threshold> ratios =
                baseline.of(MachineClass.here()).orElseThrow().ratios();
        return Stream.of("aead ", "pipeline ")
                .allMatch(part -> ratios.entrySet().stream()
                        .anyMatch(ratio -> ratio.getKey().startsWith(part)
                                && ratio.getValue().isUseful()));
    }

    private void assertFound(Path baseline, ByteArrayOutputStream output) throws IOException, InterruptedException {
        int unchanged = gate(baseline, output, "-Dunchanged").check(directory, "unchanged");
        assertThat(unchanged).as("%s", output).isEqualTo(Gate.PASSED);
        output.reset();
        int slower = gate(baseline, output, SLOWER).check(directory, "slower");
        assertThat(slower).as("%s", output).isEqualTo(Gate.REGRESSED);
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("REGRESSED: aead ", "REGRESSED: pipeline ");
    }

    private static Gate gate(Path baseline, ByteArrayOutputStream output, String argument) {
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        Source source = new ForkedSource(1, 20, 8, 200, List.of(argument));
        return new Gate(baseline, List.of(source), MachineClass.here(), out, what -> {});
    }
}
