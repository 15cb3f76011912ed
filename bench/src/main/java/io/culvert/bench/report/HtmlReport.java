// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A run as one self-contained page of HTML: no scripts, and no requests to anywhere. */
public final class HtmlReport {
    private HtmlReport() {}

    /** A name and its value. */
    record Entry(String name, String value) {
        static List<Entry> of(Map<String, String> map) {
            return map.entrySet().stream()
                    .map(entry -> new Entry(Labels.clean(entry.getKey()), Labels.clean(entry.getValue())))
                    .toList();
        }
    }

    /** The properties of the template. */
    record Model(
            String title,
            String time,
            String cpu,
            String cores,
            String kernel,
            String commit,
            int fewestRounds,
            Summary summary,
            ProtocolComparison protocols,
            List<MetricSection> metrics,
            List<HistorySection> history,
            List<Entry> missing,
            List<Entry> facts,
            String json) {
        boolean isComparingProtocols() {
            return protocols.hasOtherProtocols();
        }

        boolean hasHistory() {
            return !history.isEmpty();
        }

        boolean hasMissing() {
            return !missing.isEmpty();
        }

        boolean isOneRound() {
            return fewestRounds == 1;
        }
    }

    /**
     * Writes the page of a run into a directory, which is created if necessary.
     *
     * @param history other runs, in any order; the page shows those that are older and of the same kind
     * @return the file: the run's name with the ending html
     * @throws IOException if it cannot be written
     */
    public static Path write(Run run, Path directory, List<Run> history) throws IOException {
        return Page.write("run.html", model(run, history), directory.resolve(fileName(run)));
    }

    /** The name of a run's page. Characters of the run's name that are unsafe in a file name become underscores. */
    static String fileName(Run run) {
        return stem(run) + ".html";
    }

    /** The name of a run's files, without an ending. */
    static String stem(Run run) {
        return run.name().replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static Model model(Run run, List<Run> history) {
        List<Comparison> comparisons = Comparison.of(run);
        return new Model(
                Labels.kind(run.kind()),
                Labels.time(run),
                fact(run, "cpu"),
                fact(run, "cores"),
                fact(run, "kernel"),
                fact(run, "commit"),
                run.series().stream()
                        .mapToInt(one -> one.samples().size())
                        .min()
                        .orElse(0),
                Summary.of(comparisons),
                ProtocolComparison.of(run),
                MetricSection.of(comparisons),
                HistorySection.of(History.of(run, history)),
                Entry.of(run.missing()),
                Entry.of(run.machine()),
                stem(run) + ".json");
    }

    private static String fact(Run run, String name) {
        return Labels.clean(run.machine().getOrDefault(name, "unknown"));
    }
}
