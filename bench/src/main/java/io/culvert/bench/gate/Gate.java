// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The regression gate: measures, then compares with a baseline or writes one, and reports the result. */
final class Gate {
    /** Exit status: no ratio regressed. */
    static final int PASSED = 0;

    /** Exit status: a ratio regressed. */
    static final int REGRESSED = 1;

    /** Exit status: nothing was compared, for want of a baseline for this class of machine or of a measurement. */
    static final int UNDECIDED = 3;

    private static final String KIND = "gate";
    private static final String NOISY = "  noisy baseline: it may miss a regression of 15 %";

    private final Path file;
    private final List<Source> sources;
    private final PrintStream out;
    private final Consumer<String> progress;
    private final String machineClass;

    /**
     * A gate for a class of machines.
     *
     * @param file the baseline's
     * @param sources of the ratios
     * @param out receives the result
     * @param progress receives a line for each step
     */
    Gate(Path file, List<Source> sources, String machineClass, PrintStream out, Consumer<String> progress) {
        this.file = file;
        this.sources = sources;
        this.machineClass = machineClass;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Measures and compares, and writes the measurements as a run into a directory.
     *
     * @return the exit status
     * @throws IOException if the baseline cannot be read, or a measurement fails
     */
    int check(Path directory, String command) throws IOException, InterruptedException {
        Baseline baseline = Baseline.read(file);
        Optional<Baseline.Entry> entry = baseline.of(machineClass);
        if (entry.isEmpty()) {
            out.printf("%s has no entry for this class of machine: %s%n", file, machineClass);
            out.println("It has: " + String.join("; ", baseline.classes().keySet()));
            out.println(
                    "Ratios depend on the CPU, so nothing was compared. On any machine, bench --gate --against COMMIT "
                            + "compares with that commit; --update adds this class.");
            return UNDECIDED;
        }
        Comparison comparison = new Comparison(entry.get().ratios(), progress);
        for (Source source : sources) {
            comparison.run(source);
        }
        Map<String, Threshold> unmeasured = new TreeMap<>(entry.get().ratios());
        unmeasured.keySet().removeAll(comparison.outcomes().keySet());
        unmeasured.keySet().forEach(name -> comparison.missing().putIfAbsent(name, "no source measures it"));
        int status = print(entry.get(), comparison);
        write(comparison, directory, command, status);
        return status;
    }

    private int print(Baseline.Entry entry, Comparison comparison) {
        out.printf("%-48s %9s %9s %8s %10s%n", "ratio", "expected", "measured", "change", "threshold");
        List<String> regressed = new ArrayList<>();
        comparison.outcomes().forEach((name, outcome) -> {
            Threshold threshold = entry.ratios().get(name);
            String line = String.format(
                    Locale.ROOT,
                    "%-48s %9.3f %9.3f %+7.1f%% %9.1f%%",
                    name,
                    threshold.expected(),
                    outcome.last().median(),
                    100 * outcome.verdict().change(),
                    -100 * threshold.tolerance());
            out.println(line + remark(outcome, threshold));
            if (outcome.regressed()) {
                regressed.add(String.format(
                        Locale.ROOT,
                        "%s by %.1f %%",
                        name,
                        -100 * outcome.verdict().change()));
            }
        });
        comparison.missing().forEach((name, reason) -> out.println("not compared: " + name + ": " + reason));
        if (!regressed.isEmpty()) {
            regressed.forEach(what -> out.println("REGRESSED: " + what));
            return REGRESSED;
        }
        if (comparison.outcomes().isEmpty()) {
            out.println("nothing was compared");
            return UNDECIDED;
        }
        out.printf("passed: %d ratios, baseline of %s%n", comparison.outcomes().size(), entry.measured());
        return PASSED;
    }

    private static String remark(Comparison.Outcome outcome, Threshold threshold) {
        if (outcome.regressed()) {
            return "  REGRESSED, measured " + outcome.attempts() + " times";
        }
        if (outcome.verdict().improved()) {
            return "  improved: --update raises the baseline";
        }
        String times = outcome.attempts() > 1 ? "  (measured " + outcome.attempts() + " times)" : "";
        return times + (threshold.isUseful() ? "" : NOISY);
    }

    private void write(Comparison comparison, Path directory, String command, int status) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
        facts.put("command", command);
        facts.put("class of machine", machineClass);
        facts.put("result", status == PASSED ? "passed" : status == REGRESSED ? "regressed" : "nothing was compared");
        List<Series> series = comparison.outcomes().values().stream()
                .map(outcome -> outcome.last().toSeries())
                .toList();
        out.println("written: " + new Run(KIND, facts, comparison.missing(), series).write(directory));
    }

    /**
     * Measures the thresholds of this class of machine, and writes them into the baseline; other classes are kept.
     *
     * @param runs of sources that need several (see {@link Calibration})
     * @return the exit status
     */
    int update(int runs) throws IOException, InterruptedException {
        Calibration calibration = new Calibration(runs, progress);
        for (Source source : sources) {
            calibration.run(source);
        }
        Map<String, Threshold> found = calibration.thresholds();
        calibration.missing().forEach((name, reason) -> out.println("not measured: " + name + ": " + reason));
        if (found.isEmpty()) {
            return UNDECIDED;
        }
        Map<String, String> facts = Machine.facts();
        Baseline.Entry entry = new Baseline.Entry(facts.get("time") + ", commit " + facts.get("commit"), runs, found);
        Baseline before = Files.exists(file) ? Baseline.read(file) : Baseline.empty();
        before.with(machineClass, entry).write(file);
        entry.ratios()
                .forEach((name, threshold) -> out.printf(
                        Locale.ROOT,
                        "%-48s %9.3f, tolerance %.1f %%%s%n",
                        name,
                        threshold.expected(),
                        100 * threshold.tolerance(),
                        threshold.isUseful() ? "" : NOISY));
        out.println("written: " + file + ", " + machineClass);
        return PASSED;
    }
}
