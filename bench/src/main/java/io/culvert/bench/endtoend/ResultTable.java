package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Contenders;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A run as text: for each test the median of each contender and metric, the spread behind it, and its ratio to the best peer's, which is
 * neither Culvert's nor the floor's.
 */
public final class ResultTable {
    private static final int NAME_WIDTH = 20;
    private static final int CELL_WIDTH = 24;
    /** So that a line has at most some 120 characters. */
    private static final int CELLS = 4;

    /** Units in which a ratio tells nothing. */
    private static final Set<String> BARE = Set.of("%", "segments");

    private ResultTable() {}

    /** Lays a run out, with the machine above and what is missing below. */
    public static String of(Run run) {
        Map<String, String> facts = run.machine();
        StringBuilder text = new StringBuilder();
        text.append("%s, %s cores, Linux %s\n".formatted(facts.get("cpu"), facts.get("cores"), facts.get("kernel")));
        text.append(facts.getOrDefault("method", "")).append("\n");
        text.append(
                "Each figure: median (spread: largest less smallest, of the median) and x its ratio to the best peer, marked *.\n");
        Map<String, List<Series>> tests = new LinkedHashMap<>();
        run.series()
                .forEach(one -> tests.computeIfAbsent(one.test(), key -> new ArrayList<>())
                        .add(one));
        tests.forEach((test, series) -> append(text, test, series));
        if (!run.missing().isEmpty()) {
            text.append("\nnot measured\n");
            run.missing().forEach((what, reason) -> text.append("  %s: %s\n".formatted(what, reason)));
        }
        for (String fact : List.of("shortened", "stopped")) {
            if (facts.containsKey(fact)) {
                text.append("\n")
                        .append(fact)
                        .append(" ")
                        .append(facts.get(fact))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String test, List<Series> series) {
        List<String> metrics = series.stream().map(Series::metric).distinct().toList();
        List<String> contenders =
                series.stream().map(Series::contender).distinct().toList();
        for (int from = 0; from < metrics.size(); from += CELLS) {
            List<String> shown = metrics.subList(from, Math.min(from + CELLS, metrics.size()));
            StringBuilder head = new StringBuilder(pad(from == 0 ? test : "", NAME_WIDTH + 2));
            shown.forEach(metric -> head.append(pad(title(of(series, metric).getFirst()), CELL_WIDTH)));
            text.append('\n').append(head.toString().stripTrailing()).append('\n');
            for (String contender : contenders) {
                StringBuilder line = new StringBuilder("  " + pad(contender, NAME_WIDTH));
                for (String metric : shown) {
                    line.append(pad(cell(of(series, metric), contender), CELL_WIDTH));
                }
                text.append(line.toString().stripTrailing()).append('\n');
            }
        }
    }

    private static List<Series> of(List<Series> series, String metric) {
        return series.stream().filter(one -> one.metric().equals(metric)).toList();
    }

    private static String title(Series one) {
        return one.metric() + " " + one.unit();
    }

    private static String cell(List<Series> group, String contender) {
        Optional<Series> own =
                group.stream().filter(one -> one.contender().equals(contender)).findFirst();
        if (own.isEmpty()) {
            return "-";
        }
        double median = own.get().median();
        String text = number(median)
                + String.format(Locale.ROOT, " (%.0f %%)", own.get().spread() * 100);
        Optional<Series> best = bestPeer(group);
        if (BARE.contains(own.get().unit())) {
            return text;
        }
        if (best.equals(own)) {
            return text + " *";
        }
        return best.isEmpty() || best.get().median() == 0
                ? text
                : text + " x" + number(median / best.get().median());
    }

    /** The best of the others; the floor does no work that could be compared. */
    static Optional<Series> bestPeer(List<Series> group) {
        return group.stream()
                .filter(one -> !one.contender().equals(Contenders.CULVERT)
                        && !one.contender().equals(Contenders.FLOOR))
                .max((left, right) -> left.higherIsBetter()
                        ? Double.compare(left.median(), right.median())
                        : Double.compare(right.median(), left.median()));
    }

    /** Three digits that count. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || value == 0 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String pad(String text, int width) {
        return String.format("%-" + width + "s", text);
    }
}
