// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A run as text: by test and implementation the median of each metric, the spread of its samples, and its ratio to the
 * median of the best peer.
 */
public final class ResultTable {
    private static final int NAME_WIDTH = 20;
    private static final int CELL_WIDTH = 24;
    /** Four cells and a name fit into 120 characters. */
    private static final int CELLS = 4;

    /** Units whose ratios have no meaning. */
    private static final Set<String> WITHOUT_RATIO = Set.of("%", "segments");

    private ResultTable() {}

    /** The machine, the table, and what was not measured. */
    public static String of(Run run) {
        Map<String, String> facts = run.machine();
        StringBuilder text = new StringBuilder();
        text.append("%s, %s cores, Linux %s\n".formatted(facts.get("cpu"), facts.get("cores"), facts.get("kernel")));
        text.append(facts.getOrDefault("method", "")).append('\n');
        text.append("Each cell: median (spread: largest - smallest sample, in % of the median),\n");
        text.append("then x its ratio to the best peer, which is marked *.\n");
        Map<String, List<Comparison>> tests = new LinkedHashMap<>();
        Comparison.of(run)
                .forEach(one -> tests.computeIfAbsent(one.test(), key -> new ArrayList<>())
                        .add(one));
        tests.forEach((test, metrics) -> append(text, test, metrics, implementations(run, test)));
        if (!run.missing().isEmpty()) {
            text.append("\nnot measured\n");
            run.missing().forEach((what, reason) -> text.append("  %s: %s\n".formatted(what, reason)));
        }
        for (String fact : List.of("shortened", "stopped")) {
            if (facts.containsKey(fact)) {
                text.append("\n%s %s\n".formatted(fact, facts.get(fact)));
            }
        }
        return text.toString();
    }

    /** In the order of the run. */
    private static List<String> implementations(Run run, String test) {
        return run.series().stream()
                .filter(one -> one.test().equals(test))
                .map(Series::implementation)
                .distinct()
                .toList();
    }

    private static void append(
            StringBuilder text, String test, List<Comparison> metrics, List<String> implementations) {
        for (int from = 0; from < metrics.size(); from += CELLS) {
            List<Comparison> shown = metrics.subList(from, Math.min(from + CELLS, metrics.size()));
            StringBuilder head = new StringBuilder(pad(from == 0 ? test : "", NAME_WIDTH + 2));
            shown.forEach(metric -> head.append(pad(metric.metric() + " " + metric.unit(), CELL_WIDTH)));
            text.append('\n').append(head.toString().stripTrailing()).append('\n');
            for (String implementation : implementations) {
                StringBuilder line = new StringBuilder("  " + pad(implementation, NAME_WIDTH));
                shown.forEach(metric -> line.append(pad(cell(metric, implementation), CELL_WIDTH)));
                text.append(line.toString().stripTrailing()).append('\n');
            }
        }
    }

    private static String cell(Comparison metric, String implementation) {
        Optional<Series> own = metric.ranked().stream()
                .filter(one -> one.implementation().equals(implementation))
                .findFirst();
        if (own.isEmpty()) {
            return "-";
        }
        double median = own.get().median();
        String text = Labels.number(median);
        if (own.get().samples().size() > 1) {
            text += " (%.0f %%)".formatted(own.get().spread() * 100);
        }
        if (WITHOUT_RATIO.contains(metric.unit())) {
            return text;
        }
        Optional<Series> best = metric.bestPeer();
        if (best.equals(own)) {
            return text + " *";
        }
        return best.isEmpty() || best.get().median() == 0
                ? text
                : text + " x" + Labels.number(median / best.get().median());
    }

    private static String pad(String text, int width) {
        return String.format("%-" + width + "s", text);
    }
}
