// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files in {@code perf-results} that depend on the project's documents: the plots that they show, and
 * {@code README.md}, a table of the runs with the documents that quote them.
 */
final class ResultsDirectory {
    private static final Pattern PLOT = Pattern.compile("[\\w-]+-(?:light|dark)\\.png");
    private static final String HEAD = """
            # Results

            Recorded runs with all their samples. `bin/culvert bench report --documents` writes this table and the plots
            that documents show; `bin/culvert bench report` writes pages and all plots into `target/report`
            ([how](../docs/benchmarking.md#reports)).

            | Run | Date | Processor | Command | Quoted in |
            |---|---|---|---|---|
            """;

    private final Path directory;
    private final Path root;
    /** The text of each document by its path from the root. */
    private final Map<Path, String> documents = new LinkedHashMap<>();

    /**
     * Reads the documents.
     *
     * @param directory {@code perf-results}; documents are the Markdown files beside it and in {@code docs}
     * @throws IOException if a document cannot be read
     */
    ResultsDirectory(Path directory) throws IOException {
        this.directory = directory;
        root = directory.toAbsolutePath().normalize().getParent();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> beside = Files.list(root)) {
            files.addAll(beside.toList());
        }
        if (Files.isDirectory(root.resolve("docs"))) {
            try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
                files.addAll(docs.toList());
            }
        }
        for (Path file : files.stream().sorted().toList()) {
            if (file.toString().endsWith(".md")) {
                documents.put(root.relativize(file), Files.readString(file));
            }
        }
    }

    /**
     * Writes the table, and copies the plots.
     *
     * @param runs the recorded runs
     * @param report a directory with the plots of these runs
     * @return the files
     * @throws IOException if a document shows a plot that the report lacks, or a file cannot be written
     */
    List<Path> update(List<Run> runs, Path report) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String plot : plots(documents.values())) {
            files.add(Files.copy(report.resolve(plot), directory.resolve(plot), StandardCopyOption.REPLACE_EXISTING));
        }
        StringBuilder table = new StringBuilder(HEAD);
        runs.forEach(run -> table.append(row(run, Reports.newest(runs).contains(run))));
        files.add(Files.writeString(directory.resolve("README.md"), table));
        return files;
    }

    private static Set<String> plots(Iterable<String> texts) {
        Set<String> plots = new TreeSet<>();
        for (String text : texts) {
            PLOT.matcher(text).results().map(MatchResult::group).forEach(plots::add);
        }
        return plots;
    }

    private String row(Run run, boolean isNewest) {
        List<String> quotes = new ArrayList<>();
        documents.forEach((document, text) -> {
            boolean showsPlot =
                    isNewest && plots(List.of(text)).stream().anyMatch(plot -> plot.startsWith(run.kind() + "-"));
            if (text.contains(run.name()) || showsPlot) {
                quotes.add("[%s](../%s)".formatted(document.getFileName(), document));
            }
        });
        return "| [%1$s](%1$s.json) | %2$s | %3$s, %4$s | `%5$s` | %6$s |\n"
                .formatted(
                        run.name(),
                        run.time().replaceFirst("T.*", ""),
                        fact(run, "cpu"),
                        fact(run, "cores").equals("1") ? "1 core" : fact(run, "cores") + " cores",
                        fact(run, "command"),
                        String.join(", ", quotes));
    }

    private static String fact(Run run, String name) {
        return Labels.clean(run.machine().getOrDefault(name, "unknown"))
                .replace("|", "/")
                .replace("`", "'");
    }
}
