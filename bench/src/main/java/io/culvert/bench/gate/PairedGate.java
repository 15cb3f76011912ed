// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The gate between two builds: compares them, reports what fell, and writes the samples as a run. */
final class PairedGate {
    private static final String KIND = "gate";

    private final PairedComparison comparison;
    private final List<Source> sources;
    private final Map<String, String> notCompared;
    private final PrintStream out;

    /**
     * A comparison of two builds.
     *
     * @param sources of the ratios of this build to the other
     * @param notCompared what only one of the builds can measure, with the reasons
     * @param out receives the result
     * @param progress receives a line for each step
     */
    PairedGate(List<Source> sources, Map<String, String> notCompared, PrintStream out, Consumer<String> progress) {
        this.sources = sources;
        this.notCompared = new TreeMap<>(notCompared);
        this.out = out;
        comparison = new PairedComparison(sources, progress);
    }

    /**
     * Measures and judges, and writes the measurements as a run into a directory.
     *
     * @return the exit status
     */
    int check(Path directory, String command) throws IOException, InterruptedException {
        comparison.run();
        notCompared.putAll(comparison.unavailable());
        notCompared.putAll(comparison.failed());
        int status = print();
        write(directory, command, status);
        return status;
    }

    /** The names of the ratios that have fallen. */
    Set<String> regressed() {
        return comparison.regressed();
    }

    private int print() {
        out.printf("%-48s %7s %9s %9s %8s%n", "this tree / the other build", "rounds", "median", "change", "chance");
        comparison
                .outcomes()
                .forEach((name, outcome) -> out.printf(
                        Locale.ROOT,
                        "%-48s %7d %9.3f %+8.1f%% %8.2g%s%n",
                        name,
                        outcome.ratio().samples().size(),
                        outcome.ratio().median(),
                        100 * outcome.change(),
                        outcome.chance(),
                        outcome.regressed() ? "  REGRESSED" : outcome.suspect() ? "  lower, not significantly" : ""));
        if (comparison.outcomes().isEmpty()) {
            notCompared.forEach((name, reason) -> out.println("not compared: " + name + ": " + reason));
            out.println("nothing was compared");
            return Gate.UNDECIDED;
        }
        out.printf(
                Locale.ROOT,
                "A ratio fell if its chance is at most %.2g; equal builds fail at most one run in %.0f.%n",
                comparison.level(),
                1 / PairedComparison.FALSE_ALARMS);
        notCompared.forEach((name, reason) -> out.println("not compared: " + name + ": " + reason));
        if (!regressed().isEmpty()) {
            regressed()
                    .forEach(name -> out.printf(
                            Locale.ROOT,
                            "REGRESSED: %s by %.1f %%%n",
                            name,
                            -100 * comparison.outcomes().get(name).change()));
            return Gate.REGRESSED;
        }
        if (!comparison.failed().isEmpty()) {
            out.println("undecided: measurements failed");
            return Gate.UNDECIDED;
        }
        out.printf("passed: %d ratios%n", comparison.outcomes().size());
        return Gate.PASSED;
    }

    private void write(Path directory, String command, int status) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
        facts.put("command", command);
        facts.put("result", status == Gate.PASSED ? "passed" : status == Gate.REGRESSED ? "regressed" : "undecided");
        List<Series> series = comparison.outcomes().values().stream()
                .map(outcome -> outcome.ratio().toSeries())
                .toList();
        out.println("written: " + new Run(KIND, facts, notCompared, series).write(directory));
    }

    /** The names of the ratios in which the sources plant faults. */
    Set<String> planted() {
        Set<String> names = new LinkedHashSet<>();
        sources.forEach(source -> names.addAll(source.planted()));
        names.retainAll(comparison.outcomes().keySet());
        return names;
    }
}
