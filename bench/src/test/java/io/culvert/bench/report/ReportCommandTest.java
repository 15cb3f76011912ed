// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportCommandTest {
    @TempDir
    private Path directory;

    private static Run run(String time) {
        return new Run(
                "aead",
                Map.of("time", time),
                Map.of(),
                List.of(
                        new Series("seal 46x1420", "vector-512", "rate", "GB/s", true, List.of(2.0)),
                        new Series("seal 46x1420", "jce-direct", "rate", "GB/s", true, List.of(1.0))));
    }

    private int execute(StringWriter output, Object... arguments) {
        String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        return new CommandLine(new ReportCommand())
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(output, true))
                .execute(words);
    }

    @Test
    void writesPagesPlotsAndIndex() throws IOException {
        Path older = run("2026-11-20T09:00:24Z").write(directory);
        Path newer = run("2026-11-21T09:00:24Z").write(directory);
        StringWriter output = new StringWriter();

        assertThat(execute(output, newer, older, "--out", directory.resolve("report")))
                .isZero();

        assertThat(output.toString().lines())
                .allMatch(line -> Files.exists(Path.of(line)))
                .anyMatch(line -> line.endsWith("aead-20261120T090024Z.html"))
                .anyMatch(line -> line.endsWith("aead-20261121T090024Z.html"))
                .anyMatch(line -> line.endsWith("aead-rate-light.png"));
        assertThat(Files.readString(directory.resolve("report/index.html")))
                .containsSubsequence("aead-20261121T090024Z.html", "aead-20261120T090024Z.html");
    }

    @Test
    void rejectsFilesThatAreNoRun() throws IOException {
        Path file = Files.writeString(directory.resolve("other.json"), "{}");

        assertThat(execute(new StringWriter(), file)).isNotZero();
    }

    @Test
    void aNewRunHasItsHistory() throws IOException {
        run("2026-11-20T09:00:24Z").write(directory);
        Files.writeString(directory.resolve("other.json"), "{}");
        Run run = run("2026-11-21T09:00:24Z");
        run.write(directory);

        Path report = directory.resolve("report");
        assertThat(Files.readString(Reports.write(run, directory, report))).contains("20 November 2026, 09:00 UTC");
        assertThat(report.resolve("index.html")).exists();
        assertThat(Run.read(report.resolve("aead-20261121T090024Z.json"))).isEqualTo(run);
    }

    @Test
    void documentsNeedAllRuns() throws IOException {
        StringWriter output = new StringWriter();

        assertThat(execute(output, "--documents", run("2026-11-20T09:00:24Z").write(directory)))
                .isEqualTo(2);
        assertThat(output.toString()).contains("leave out FILE");
    }
}
