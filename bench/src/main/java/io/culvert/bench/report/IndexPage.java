package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The page that leads to the pages of all runs, and shows how the figures of each kind developed. */
public final class IndexPage {
    private IndexPage() {}

    /** One run. */
    record Entry(String page, String time, String commit, String cpu, long ahead, long level, long behind) {}

    /** The runs of one kind, the youngest first. */
    record Kind(String id, String title, List<Entry> entries, List<HistorySection> history) {}

    /** What the template shows. */
    record Model(List<Kind> kinds) {}

    /**
     * Writes {@code index.html} into the directory in which the pages of these runs are.
     *
     * @return the file
     * @throws IOException when it cannot be written
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
                    Wording.kind(kind),
                    ofKind.stream().map(IndexPage::entry).toList(),
                    HistorySection.of(History.of(ofKind.getFirst(), ofKind))));
        }
        return Page.write("index.html", new Model(kinds), directory.resolve("index.html"));
    }

    private static Entry entry(Run run) {
        Glance glance = Glance.of(Comparison.of(run));
        return new Entry(
                HtmlReport.fileName(run),
                Wording.time(run),
                Wording.clean(run.machine().getOrDefault("commit", "unknown")),
                Wording.clean(run.machine().getOrDefault("cpu", "unknown")),
                glance.ahead(),
                glance.level(),
                glance.behind());
    }
}
