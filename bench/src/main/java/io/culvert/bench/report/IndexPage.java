// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The page with links to the pages of all runs, and with the history of each kind of run. */
public final class IndexPage {
    private IndexPage() {}

    /** One run. */
    record Entry(String page, String time, String commit, String cpu, long ahead, long level, long behind) {}

    /** The runs of one kind, the newest first. */
    record Kind(String id, String title, List<Entry> entries, List<HistorySection> history) {}

    /** The properties of the template. */
    record Model(List<Kind> kinds) {}

    /**
     * Writes {@code index.html} into the directory with the pages of these runs.
     *
     * @return the file
     * @throws IOException if it cannot be written
     */
    public static Path write(List<Run> runs, Path directory) throws IOException {
        List<Kind> kinds = new ArrayList<>();
        for (String kind : runs.stream().map(Run::kind).distinct().sorted().toList()) {
            List<Run> ofKind = runs.stream()
                    .filter(run -> run.kind().equals(kind))
                    .sorted(Comparator.comparing(History::time).reversed())
                    .toList();
            kinds.add(new Kind(
                    "kind-" + kinds.size(),
                    Labels.kind(kind),
                    ofKind.stream().map(IndexPage::entry).toList(),
                    HistorySection.of(History.of(ofKind.getFirst(), ofKind))));
        }
        return Page.write("index.html", new Model(kinds), directory.resolve("index.html"));
    }

    private static Entry entry(Run run) {
        Summary summary = Summary.of(Comparison.of(run));
        return new Entry(
                HtmlReport.fileName(run),
                Labels.time(run),
                Labels.clean(run.machine().getOrDefault("commit", "unknown")),
                Labels.clean(run.machine().getOrDefault("cpu", "unknown")),
                summary.ahead(),
                summary.level(),
                summary.behind());
    }
}
