package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A run as one page of HTML that holds all it needs: no scripts, and nothing that would be fetched from elsewhere. */
public final class HtmlReport {
    private HtmlReport() {}

    /** A name and what is to be said to it. */
    record Entry(String name, String value) {
        static List<Entry> of(Map<String, String> map) {
            return map.entrySet().stream()
                    .map(entry -> new Entry(Wording.clean(entry.getKey()), Wording.clean(entry.getValue())))
                    .toList();
        }
    }

    /** What the template shows. */
    record Model(
            String title,
            String time,
            String cpu,
            String cores,
            String kernel,
            String commit,
            int fewestRounds,
            Glance glance,
            List<Announcement.Line> announcement,
            List<MetricSection> metrics,
            List<HistorySection> history,
            List<Entry> missing,
            List<Entry> facts,
            String json) {
        boolean isAnnounced() {
            return !announcement.isEmpty();
        }

        boolean isFollowed() {
            return !history.isEmpty();
        }

        boolean isLacking() {
            return !missing.isEmpty();
        }

        boolean isOneRound() {
            return fewestRounds == 1;
        }
    }

    /**
     * Writes the page of a run into a directory, which is made where it is not there.
     *
     * @param history other runs, in any order; those of the run's kind that are older than it are shown as its history
     * @return the file: the run's name with the ending html
     * @throws IOException when it cannot be written
     */
    public static Path write(Run run, Path directory, List<Run> history) throws IOException {
        return Page.write("run.html", model(run, history), directory.resolve(fileName(run)));
    }

    /** The name of a run's page. What is no letter or digit of ASCII in the run's own name is not in it. */
    static String fileName(Run run) {
        return stem(run) + ".html";
    }

    private static String stem(Run run) {
        return run.name().replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static Model model(Run run, List<Run> history) {
        List<Comparison> comparisons = Comparison.of(run);
        return new Model(
                Wording.kind(run.kind()),
                Wording.time(run),
                fact(run, "cpu"),
                fact(run, "cores"),
                fact(run, "kernel"),
                fact(run, "commit"),
                run.series().stream()
                        .mapToInt(one -> one.samples().size())
                        .min()
                        .orElse(0),
                Glance.of(comparisons),
                Announcement.of(run),
                MetricSection.of(comparisons),
                HistorySection.of(History.of(run, history)),
                Entry.of(run.missing()),
                Entry.of(run.machine()),
                stem(run) + ".json");
    }

    private static String fact(Run run, String name) {
        return Wording.clean(run.machine().getOrDefault(name, "unknown"));
    }
}
