// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The report on recorded runs: a page for each, plots of the newest run of each kind, an index, and the runs
 * themselves.
 */
public final class Reports {
    /** The default directory of reports, relative to the working directory. */
    public static final String DIRECTORY = "target/report";

    private Reports() {}

    /**
     * Writes the page and the plots of a new run, and the index of all runs.
     *
     * @param results the directory of recorded runs, which may include {@code run}
     * @param directory the directory of the report
     * @return the page
     * @throws IOException if a file cannot be read or written
     */
    public static Path write(Run run, Path results, Path directory) throws IOException {
        List<Run> runs = recorded(results);
        Path page = writePage(run, directory, runs);
        PngPlots.write(run, directory);
        IndexPage.write(runs, directory);
        return page;
    }

    /**
     * Writes the pages of these runs, plots of the newest of each kind, and the index.
     *
     * @return the files, without the copies of the runs
     * @throws IOException if a file cannot be written
     */
    static List<Path> write(List<Run> runs, Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Run run : runs) {
            files.add(writePage(run, directory, runs));
        }
        for (Run run : newest(runs)) {
            files.addAll(PngPlots.write(run, directory));
        }
        files.add(IndexPage.write(runs, directory));
        return files;
    }

    /** With a copy of the run, to which the page links. */
    private static Path writePage(Run run, Path directory, List<Run> history) throws IOException {
        Path page = HtmlReport.write(run, directory, history);
        Files.writeString(directory.resolve(HtmlReport.stem(run) + ".json"), run.json());
        return page;
    }

    /** The newest run of each kind. */
    static List<Run> newest(List<Run> runs) {
        Map<String, Run> newest = new LinkedHashMap<>();
        runs.stream().sorted(Comparator.comparing(History::time)).forEach(run -> newest.put(run.kind(), run));
        return List.copyOf(newest.values());
    }

    /**
     * The runs of a directory by name; none if the directory does not exist. Other files are skipped.
     *
     * @throws IOException if the directory cannot be read
     */
    public static List<Run> recorded(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        List<Run> runs = new ArrayList<>();
        for (Path file : files) {
            try {
                runs.add(Run.read(file));
            } catch (IOException e) {
                // Other JSON, such as the baseline of the gate.
            }
        }
        return runs;
    }
}
