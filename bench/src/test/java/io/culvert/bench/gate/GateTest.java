// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.bench.result.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    private static final String HERE = "this class";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> progress = new ArrayList<>();

    @Test
    void passesUnchangedRatios() throws Exception {
        expect(Noise.NAME, 2.4);
        assertThat(check(quiet(0))).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("passed: 1 ratios");
        assertThat(report().find("made up", "culvert", "ratio to nothing")).isPresent();
    }

    @Test
    void reportsWhatRegressedAndByHowMuch() throws Exception {
        expect(Noise.NAME, 2.4);
        Noise slower = quiet(0.15);
        assertThat(check(slower)).isEqualTo(Gate.REGRESSED);
        assertThat(output()).contains("REGRESSED: made up / nothing by 13.");
        assertThat(slower.measured()).isEqualTo(3);
        assertThat(progress).anyMatch(line -> line.contains("again (3 of 3)"));
        assertThat(report().machine()).containsEntry("result", "regressed");
    }

    @Test
    void improvementsPass() throws Exception {
        expect(Noise.NAME, 2.4);
        assertThat(check(quiet(-0.2))).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("improved: --update raises the baseline");
    }

    @Test
    void warnsOfANoisyBaseline() throws Exception {
        Noise noisy = new Noise(2, 0.01, 0.2, 0, 0);
        assertThat(gate(noisy).update(3)).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("it may miss a regression of 15 %");
        bytes.reset();
        assertThat(check(quiet(0))).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("it may miss a regression of 15 %");
    }

    /** The first measurement was below the threshold, the second was not. */
    @Test
    void aRatioThatRecoversPasses() throws Exception {
        expect(Noise.NAME, 2.4);
        Noise slower = quiet(0.15);
        Noise usual = quiet(0);
        assertThat(check(new Answers(
                        names -> slower.measured() == 0
                                ? slower.measure(names, Map.of())
                                : usual.measure(names, Map.of()),
                        Optional.empty())))
                .isEqualTo(Gate.PASSED);
        assertThat(output()).contains("(measured 2 times)");
    }

    @Test
    void reportsUnavailableSources() throws Exception {
        expect(Noise.NAME, 2.4);
        assertThat(check(new Answers(names -> List.of(), Optional.of("needs root"))))
                .isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("not compared: made up / nothing: needs root", "nothing was compared");
    }

    @Test
    void reportsRatiosThatNoSourceMeasures() throws Exception {
        expect("another / ratio", 1);
        assertThat(check(quiet(0))).isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("not compared: another / ratio: no source measures it");
    }

    @Test
    void rejectsABaselineOfOtherMachines() throws Exception {
        Baseline.empty()
                .with("another class", new Baseline.Entry("then", 5, Map.of(Noise.NAME, new Threshold(9, 0.06))))
                .write(file());
        Noise never = quiet(0);
        assertThat(check(never)).isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("has no entry for this class of machine: this class", "another class");
        assertThat(never.measured()).isZero();
    }

    @Test
    void aMissingBaselineIsAnError() {
        assertThatThrownBy(() -> check(quiet(0))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void updateWritesWhatCheckReads() throws Exception {
        assertThat(gate(quiet(0)).update(3)).isEqualTo(Gate.PASSED);
        assertThat(check(quiet(0))).isEqualTo(Gate.PASSED);
        assertThat(check(quiet(0.15))).isEqualTo(Gate.REGRESSED);
    }

    @Test
    void updateWithoutMeasurementsKeepsTheFile() throws Exception {
        assertThat(gate(new Answers(names -> List.of(), Optional.of("no way"))).update(3))
                .isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("not measured: made up / nothing: no way");
        assertThat(file()).doesNotExist();
    }

    private static Noise quiet(double slowdown) {
        return new Noise(1, 0.01, 0, 0, slowdown);
    }

    private void expect(String name, double ratio) throws IOException {
        Baseline.empty()
                .with(HERE, new Baseline.Entry("then", 5, Map.of(name, new Threshold(ratio, 0.06))))
                .write(file());
    }

    private Path file() {
        return directory.resolve("baseline.json");
    }

    private Gate gate(Source source) {
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        return new Gate(file(), List.of(source), HERE, out, progress::add);
    }

    private int check(Source source) throws IOException, InterruptedException {
        return gate(source).check(directory.resolve("out"), "bench --gate x");
    }

    private String output() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private Run report() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("out"))) {
            return Run.read(files.findFirst().orElseThrow());
        }
    }

    /** A source with given results. */
    private record Answers(Answer answer, Optional<String> unavailableReason) implements Source {
        interface Answer {
            List<Ratio> to(Collection<String> wanted);
        }

        @Override
        public String title() {
            return "answers";
        }

        @Override
        public Set<String> names() {
            return Set.of(Noise.NAME);
        }

        @Override
        public boolean roundsAreIndependent() {
            return false;
        }

        @Override
        public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) {
            return answer.to(wanted);
        }
    }
}
