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

/** Everything that is made of recorded runs: pages, plots, and the index. */
public final class Reports {
    private Reports() {}

    /**
     * Makes the page and the plots of a run that has just been written into a directory, and the index anew.
     *
     * @return the page
     * @throws IOException when something cannot be written
     */
    public static Path write(Run run, Path directory) throws IOException {
        List<Run> runs = recorded(directory);
        Path page = HtmlReport.write(run, directory, runs);
        PngPlots.write(run, directory);
        IndexPage.write(runs, directory);
        return page;
    }

    /** Makes the pages of all these runs, plots of the newest of each kind, and the index; gives the files. */
    static List<Path> write(List<Run> runs, Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        Map<String, Run> newest = new LinkedHashMap<>();
        for (Run run : runs.stream().sorted(Comparator.comparing(History::time)).toList()) {
            files.add(HtmlReport.write(run, directory, runs));
            newest.put(run.kind(), run);
        }
        for (Run run : newest.values()) {
            files.addAll(PngPlots.write(run, directory));
        }
        files.add(IndexPage.write(runs, directory));
        return files;
    }

    /**
     * The runs of a directory, by name; none where there is no directory. Files that hold no run are passed over.
     *
     * @throws IOException when the directory cannot be read
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
                // something else that is kept as JSON
            }
        }
        return runs;
    }
}
