// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The headline plots of a run as PNG, for documents. */
public final class PngPlots {
    private static final int MOST_PANELS = 3;
    /** With forwarded traffic: so many of the ends' own tests, and as many of forwarded ones. */
    private static final int MOST_OF_EACH = 2;

    private PngPlots() {}

    /**
     * Writes for each headline metric a plot of its first tests (some of the ends' own traffic and some of forwarded
     * traffic, if the run has both) and, if several are compared, one of all ratios, for
     * light and dark backgrounds: {@code end-to-end-throughput-light.png},
     * {@code end-to-end-throughput-ratio-dark.png}. The names have the kind of the run but not its time, so that links
     * to them show the newest run.
     *
     * @return the files
     * @throws IOException if a plot cannot be written
     */
    public static List<Path> write(Run run, Path directory) throws IOException {
        Files.createDirectories(directory);
        Map<String, List<Comparison>> metrics = new LinkedHashMap<>();
        Comparison.of(run).stream()
                .filter(one -> one.isHeadline() && one.ranked().size() > 1)
                .forEach(one -> metrics.computeIfAbsent(one.metric(), metric -> new ArrayList<>())
                        .add(one));
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, List<Comparison>> metric : metrics.entrySet()) {
            List<Comparison> all = metric.getValue();
            String name = (run.kind() + "-" + metric.getKey()).replaceAll("[^A-Za-z0-9]+", "-");
            String title = Labels.metric(metric.getKey());
            String better = all.getFirst().higherIsBetter() ? "higher is better" : "lower is better";
            write(
                    BarPlot.panels(
                            title + ", " + Labels.unit(all.getFirst().unit()) + " (" + better + ")", panels(all)),
                    directory,
                    name,
                    files);
            List<Comparison> compared =
                    all.stream().filter(one -> one.advantage().isPresent()).toList();
            if (compared.size() > 1) {
                write(
                        RatioPlot.of(title + ": Culvert against the best peer", compared),
                        directory,
                        name + "-ratio",
                        files);
            }
        }
        return files;
    }

    /** The comparisons that a plot shows. */
    static List<Comparison> panels(List<Comparison> all) {
        List<Comparison> forwarded = all.stream().filter(PngPlots::isForwarded).toList();
        List<Comparison> own = all.stream().filter(one -> !isForwarded(one)).toList();
        if (forwarded.isEmpty() || own.isEmpty()) {
            return all.stream().limit(MOST_PANELS).toList();
        }
        return Stream.concat(
                        own.stream().limit(MOST_OF_EACH), forwarded.stream().limit(MOST_OF_EACH))
                .toList();
    }

    private static boolean isForwarded(Comparison one) {
        return one.test().contains("@gateway");
    }

    private static void write(Drawing drawing, Path directory, String name, List<Path> files) throws IOException {
        Path light = directory.resolve(name + "-light.png");
        Path dark = directory.resolve(name + "-dark.png");
        drawing.png(Palette.LIGHT, light);
        drawing.png(Palette.DARK, dark);
        files.add(light);
        files.add(dark);
    }
}
