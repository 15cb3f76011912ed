// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class JmhCommandTest {
    private static final Suite SAMPLE = new Suite(
            "sample",
            "a sample benchmark",
            "itself",
            List.of(Task.of("count", SampleBenchmark.class, "count")
                    .against("other")
                    .per("packet", 1_000)
                    .allocatingNothing()
                    .quickIf(true)));

    @TempDir
    private Path directory;

    @Test
    void writesARunWithEveryPassAndEveryImplementation() throws IOException {
        int status = execute(List.of(SAMPLE), "sample", "--passes", "2");

        Run run = written();
        assertThat(status).isZero();
        assertThat(run.kind()).isEqualTo("jmh");
        assertThat(run.machine())
                .containsEntry("data path allocates", "nothing")
                .containsKey("command");
        for (String implementation : List.of("culvert", "other")) {
            Series time = run.find("sample count", implementation, "time").orElseThrow();
            Series rate = run.find("sample count", implementation, "rate").orElseThrow();
            assertThat(time.samples()).hasSize(2).allMatch(nanos -> nanos > 0);
            assertThat(time.unit()).isEqualTo("ns/packet");
            assertThat(rate.samples().getFirst())
                    .isEqualTo(1_000 / time.samples().getFirst());
            assertThat(run.find("sample count", implementation, "allocated")).isPresent();
        }
    }

    @Test
    void allocationOnTheDataPathFailsTheRun() throws IOException {
        Task allocates = Task.of("allocate", SampleBenchmark.class, "allocate").allocatingNothing();
        Suite suite = new Suite("sample", "a sample allocation", "nothing", List.of(allocates));

        assertThat(execute(List.of(suite))).isEqualTo(1);
        assertThat(written().machine().get("data path allocates")).contains("sample allocate");
    }

    @Test
    void allocationElsewhereIsAllowed() {
        Task allocates = Task.of("allocate", SampleBenchmark.class, "allocate");

        assertThat(execute(List.of(new Suite("sample", "not of the data path", "nothing", List.of(allocates)))))
                .isZero();
    }

    @Test
    void reportsTheReasonsForWhatIsNotMeasured() throws IOException {
        Task absent = Task.of("absent", SampleBenchmark.class, "count").unless(Optional.of("no such kernel"));
        Task broken = Task.of("broken", SampleBenchmark.class, "fail");
        Suite suite = new Suite(
                "sample", "what fails", "nothing", List.of(SAMPLE.tasks().getFirst(), absent, broken));

        assertThat(execute(List.of(suite))).isEqualTo(1);
        assertThat(written().missing())
                .containsEntry("sample absent", "no such kernel")
                .containsKey("culvert: sample broken");
    }

    @Test
    void aSuiteOfCulvertRuns() throws IOException {
        List<Suite> one = Suites.all().stream()
                .filter(suite -> suite.name().equals("replay-window"))
                .toList();

        assertThat(execute(one, "--quick", "replay-window")).isZero();
        assertThat(written().series())
                .extracting(Series::implementation)
                .contains("culvert", "bit-set", "greatest-only");
    }

    @Test
    void rejectsUnknownSuites() {
        assertThat(execute(List.of(SAMPLE), "no-such-suite")).isEqualTo(2);
        assertThat(directory).isEmptyDirectory();
    }

    private int execute(List<Suite> suites, String... arguments) {
        String[] all = Stream.concat(
                        Stream.of("--millis", "10", "--out", directory.toString(), "--passes", "1"),
                        Stream.of(arguments))
                .toArray(String[]::new);
        return new CommandLine(new JmhCommand(suites))
                .setOverwrittenOptionsAllowed(true)
                .execute(all);
    }

    private Run written() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return Run.read(files.findFirst().orElseThrow());
        }
    }
}
