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
    void passesWhatIsAsExpected() throws Exception {
        expect(Noise.NAME, 2.4);
        assertThat(check(quiet(0))).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("passed: 1 ratios");
        assertThat(report().find("made up", "culvert", "ratio to nothing")).isPresent();
    }

    @Test
    void saysWhatFellAndByHowMuch() throws Exception {
        expect(Noise.NAME, 2.4);
        Noise slower = quiet(0.15);
        assertThat(check(slower)).isEqualTo(Gate.FALLEN);
        assertThat(output()).contains("FELL: made up / nothing by 13.");
        assertThat(slower.measured()).isEqualTo(3);
        assertThat(progress).anyMatch(line -> line.contains("again (3 of 3)"));
        assertThat(report().machine()).containsEntry("result", "fell");
    }

    @Test
    void whatRoseIsNoFailure() throws Exception {
        expect(Noise.NAME, 2.4);
        assertThat(check(quiet(-0.2))).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("rose: --update has the baseline expect it");
    }

    @Test
    void saysWhatItsBaselineIsTooNoisyToShow() throws Exception {
        Noise noisy = new Noise(2, 0.01, 0.2, 0, 0);
        assertThat(gate(noisy).update(3)).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("a fall of 15 % may escape");
        bytes.reset();
        assertThat(check(quiet(0))).isEqualTo(Gate.PASSED);
        assertThat(output()).contains("a fall of 15 % may escape");
    }

    /** It looked fallen once, and did not when it was measured again. */
    @Test
    void whatRecoversPasses() throws Exception {
        expect(Noise.NAME, 2.4);
        Noise slower = quiet(0.15);
        Noise usual = quiet(0);
        assertThat(check(new Answers(
                        names -> slower.measured() == 0
                                ? slower.measure(names, Map.of())
                                : usual.measure(names, Map.of()),
                        "")))
                .isEqualTo(Gate.PASSED);
        assertThat(output()).contains("(2 times measured)");
    }

    @Test
    void saysWhatCouldNotBeMeasured() throws Exception {
        expect(Noise.NAME, 2.4);
        assertThat(check(new Answers(names -> List.of(), "this needs root"))).isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("not compared: made up / nothing: this needs root", "nothing was compared");
    }

    @Test
    void saysWhatTheBaselineExpectsAndNobodyMeasures() throws Exception {
        expect("another / ratio", 1);
        assertThat(check(quiet(0))).isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("not compared: another / ratio: not asked for");
    }

    @Test
    void refusesABaselineOfOtherMachines() throws Exception {
        Baseline.empty()
                .with("another class", new Baseline.Entry("then", 5, Map.of(Noise.NAME, new Expectation(9, 0.06))))
                .write(file());
        Noise never = quiet(0);
        assertThat(check(never)).isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("expects nothing of this class of machine: this class", "another class");
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
        assertThat(check(quiet(0.15))).isEqualTo(Gate.FALLEN);
    }

    @Test
    void updateWithoutMeasurementsLeavesTheFileAlone() throws Exception {
        assertThat(gate(new Answers(names -> List.of(), "no way")).update(3)).isEqualTo(Gate.UNDECIDED);
        assertThat(output()).contains("not measured: made up / nothing: no way");
        assertThat(file()).doesNotExist();
    }

    private static Noise quiet(double slowdown) {
        return new Noise(1, 0.01, 0, 0, slowdown);
    }

    private void expect(String name, double ratio) throws IOException {
        Baseline.empty()
                .with(HERE, new Baseline.Entry("then", 5, Map.of(name, new Expectation(ratio, 0.06))))
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

    /** A source that answers as told. */
    private record Answers(Answer answer, String missing) implements Source {
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
        public boolean beginsEachRoundAfresh() {
            return false;
        }

        @Override
        public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) {
            return answer.to(wanted);
        }
    }
}
