package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run's main plots as PNG, for documents that cannot hold the page. */
public final class PngPlots {
    private static final int MOST_PANELS = 3;

    private PngPlots() {}

    /**
     * Writes, for each headline metric, a plot of its first tests and, where several are compared, one of all ratios, each for light
     * and for dark backgrounds: {@code end-to-end-throughput-light.png}, {@code end-to-end-throughput-ratio-dark.png}. The names tell the
     * run's kind but not its time, so that what links to them shows the newest.
     *
     * @return the files
     * @throws IOException when one cannot be written
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
            String title = Wording.metric(metric.getKey());
            String better = all.getFirst().higherIsBetter() ? "higher is better" : "lower is better";
            write(
                    BarPlot.panels(
                            title + ", " + Wording.unit(all.getFirst().unit()) + " (" + better + ")",
                            all.subList(0, Math.min(MOST_PANELS, all.size()))),
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

    private static void write(Drawing drawing, Path directory, String name, List<Path> files) throws IOException {
        Path light = directory.resolve(name + "-light.png");
        Path dark = directory.resolve(name + "-dark.png");
        drawing.png(Palette.LIGHT, light);
        drawing.png(Palette.DARK, dark);
        files.add(light);
        files.add(dark);
    }
}
