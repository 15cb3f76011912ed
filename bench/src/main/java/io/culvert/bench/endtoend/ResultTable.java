package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Contenders;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A run as text: for each test and metric the median of each contender, its spread, and its ratio to the best peer, which is neither
 * Culvert nor the floor.
 */
public final class ResultTable {
    private static final String ROW = "  %-20s %12s %8s %9s  %s%n";

    private ResultTable() {}

    /** Lays a run out, with the machine above and what is missing below. */
    public static String of(Run run) {
        StringBuilder text = new StringBuilder();
        text.append(run.machine().getOrDefault("cpu", "unknown CPU"))
                .append(", ")
                .append(run.machine().getOrDefault("cores", "?"))
                .append(" cores, Linux ")
                .append(run.machine().getOrDefault("kernel", "?"))
                .append("; ")
                .append(run.machine().getOrDefault("method", ""))
                .append('\n');
        groups(run).forEach((title, group) -> append(text, title, group));
        if (!run.missing().isEmpty()) {
            text.append("\nnot measured\n");
            run.missing()
                    .forEach((what, reason) -> text.append("  ")
                            .append(what)
                            .append(": ")
                            .append(reason)
                            .append('\n'));
        }
        if (run.machine().containsKey("stopped")) {
            text.append("\nstopped ").append(run.machine().get("stopped")).append('\n');
        }
        return text.toString();
    }

    private static Map<String, List<Series>> groups(Run run) {
        Map<String, List<Series>> groups = new LinkedHashMap<>();
        for (Series one : run.series()) {
            String title = one.test() + ", " + one.metric() + ", " + one.unit()
                    + (one.higherIsBetter() ? "" : " (less is better)");
            groups.computeIfAbsent(title, key -> new java.util.ArrayList<>()).add(one);
        }
        return groups;
    }

    private static void append(StringBuilder text, String title, List<Series> group) {
        text.append('\n').append(title).append('\n');
        text.append(String.format(Locale.ROOT, ROW, "", "median", "spread", "to best", "")
                        .stripTrailing())
                .append('\n');
        Optional<Series> best = bestPeer(group);
        for (Series one : group) {
            String ratio = best.filter(peer -> peer.median() != 0)
                    .map(peer -> String.format(Locale.ROOT, "%.2f", one.median() / peer.median()))
                    .orElse("");
            String mark = best.filter(peer -> peer == one).isPresent() ? "best peer" : "";
            text.append(String.format(
                                    Locale.ROOT,
                                    ROW,
                                    one.contender(),
                                    number(one.median()),
                                    String.format(Locale.ROOT, "%.0f %%", one.spread() * 100),
                                    ratio,
                                    mark)
                            .stripTrailing())
                    .append('\n');
        }
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
    private static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
