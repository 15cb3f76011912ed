// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate between two builds and its self-test, on measurements with fixed seeds. */
class SelfTestTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);

    @Test
    void passesWhereFaultsAreFound() throws Exception {
        assertThat(selfTest(faults -> List.of(new NoisyPair(1, faults)))).isEqualTo(Gate.PASSED);
        assertThat(text()).contains("nothing was found where nothing was planted", "all 13 planted faults were found");
    }

    @Test
    void failsWhereFaultsAreMissed() throws Exception {
        assertThat(selfTest(faults -> List.of(new NoisyPair(1, false)))).isEqualTo(Gate.REGRESSED);
        assertThat(text()).contains("self-test FAILED: not found: aead seal 46x1420 / other; ");
    }

    @Test
    void failsOnFalseAlarms() throws Exception {
        assertThat(selfTest(faults -> List.of(new NoisyPair(1, true)))).isEqualTo(Gate.REGRESSED);
        assertThat(text()).contains("self-test FAILED: found without a fault: aead seal 46x1420 / other; ");
    }

    @Test
    void gateReportsWhatFellAndByHowMuch() throws Exception {
        PairedGate gate = new PairedGate(
                List.of(new NoisyPair(1, true)), Map.of("new / jce", "abc does not have it"), out, what -> {});
        assertThat(gate.check(directory, "bench --gate --against abc")).isEqualTo(Gate.REGRESSED);
        assertThat(text())
                .contains("REGRESSED: udp1g delivered / other by 0.8 %", "REGRESSED: ping10ms p99 / other by ")
                .contains("not compared: new / jce: abc does not have it");
        Run run = report();
        assertThat(run.machine()).containsEntry("result", "regressed");
        assertThat(run.find("udp1g delivered", "culvert", "ratio to other")).isPresent();
    }

    @Test
    void gatePassesEqualBuilds() throws Exception {
        PairedGate gate = new PairedGate(List.of(new NoisyPair(1, false)), Map.of(), out, what -> {});
        assertThat(gate.check(directory, "bench --gate --against abc")).isEqualTo(Gate.PASSED);
        assertThat(text()).contains("passed: 14 ratios");
    }

    @Test
    void nothingToCompareIsUndecided() throws Exception {
        PairedGate gate = new PairedGate(List.of(), Map.of("all", "abc cannot measure"), out, what -> {});
        assertThat(gate.check(directory, "bench --gate --against abc")).isEqualTo(Gate.UNDECIDED);
        assertThat(text()).contains("not compared: all: abc cannot measure", "nothing was compared");
    }

    private int selfTest(SelfTest.Planted planted) throws IOException, InterruptedException {
        return new SelfTest(directory, planted, out, what -> {}).run("bench --gate --self-test");
    }

    private String text() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private Run report() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return Run.read(files.findFirst().orElseThrow());
        }
    }
}
