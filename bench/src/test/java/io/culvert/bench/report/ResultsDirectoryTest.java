// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsDirectoryTest {
    @TempDir
    private Path root;

    private Path results;
    private Path report;

    @BeforeEach
    void makeDirectories() throws IOException {
        results = Files.createDirectories(root.resolve("perf-results"));
        report = Files.createDirectories(root.resolve("target/report"));
        Files.createDirectories(root.resolve("docs/decisions"));
    }

    private static Run run(String kind, String time, String command) {
        Map<String, String> machine = Map.of("time", time, "cpu", "AMD EPYC", "cores", "2", "command", command);
        return new Run(kind, machine, Map.of(), List.of());
    }

    @Test
    void theTableNamesTheDocumentsThatQuoteARun() throws IOException {
        Files.writeString(root.resolve("README.md"), "see perf-results/jmh-20261121T183010Z.json");
        Files.writeString(root.resolve("docs/decisions/001.md"), "in jmh-20261121T183010Z");
        Files.writeString(root.resolve("notes.txt"), "aead-20261121T090024Z");

        new ResultsDirectory(results)
                .update(
                        List.of(
                                run("aead", "2026-11-21T09:00:24Z", "bench aead"),
                                run("jmh", "2026-11-21T18:30:10Z", "bench jmh a|b")),
                        report);

        assertThat(results.resolve("README.md"))
                .content()
                .contains("| [aead-20261121T090024Z](aead-20261121T090024Z.json) | 2026-11-21 | AMD EPYC, 2 cores"
                        + " | `bench aead` |  |\n")
                .contains("| [jmh-20261121T183010Z](jmh-20261121T183010Z.json) | 2026-11-21 | AMD EPYC, 2 cores"
                        + " | `bench jmh a/b` | [README.md](../README.md), [001.md](../docs/decisions/001.md) |\n");
    }

    @Test
    void copiesThePlotsThatDocumentsShow() throws IOException {
        Files.writeString(root.resolve("README.md"), "<img src=\"perf-results/aead-rate-light.png\">");
        Files.writeString(report.resolve("aead-rate-light.png"), "new");
        Files.writeString(report.resolve("aead-rate-dark.png"), "new");
        Files.writeString(results.resolve("aead-rate-light.png"), "old");

        new ResultsDirectory(results)
                .update(
                        List.of(
                                run("aead", "2026-11-20T00:00:00Z", "older"),
                                run("aead", "2026-11-21T00:00:00Z", "newer")),
                        report);

        assertThat(results.resolve("aead-rate-light.png")).hasContent("new");
        assertThat(results.resolve("aead-rate-dark.png")).doesNotExist();
        assertThat(results.resolve("README.md"))
                .content()
                .contains("`older` |  |", "`newer` | [README.md](../README.md) |");
    }

    @Test
    void aMissingPlotIsAnError() throws IOException {
        Files.writeString(root.resolve("README.md"), "perf-results/aead-rate-light.png");

        assertThatThrownBy(() -> new ResultsDirectory(results).update(List.of(), report))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("aead-rate-light.png");
    }
}
