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

/** The gate: measures, compares with a baseline or writes one, and says what came of it. */
final class Gate {
    /** Nothing fell. */
    static final int PASSED = 0;

    /** Something fell. */
    static final int FALLEN = 1;

    /** Nothing could be compared: the baseline knows no such machine, or nothing of what it expects could be measured. */
    static final int UNDECIDED = 3;

    private static final String KIND = "gate";
    private static final String NOISY = "  noisy baseline: a fall of 15 % may escape";

    private final Path file;
    private final List<Source> sources;
    private final PrintStream out;
    private final Consumer<String> progress;
    private final String machineClass;

    /**
     * A gate for a class of machines.
     *
     * @param file of the baseline
     * @param sources what can be measured
     * @param out takes the result
     * @param progress hears what is being done
     */
    Gate(Path file, List<Source> sources, String machineClass, PrintStream out, Consumer<String> progress) {
        this.file = file;
        this.sources = sources;
        this.machineClass = machineClass;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Compares, and writes what was measured into a directory.
     *
     * @return the exit status
     * @throws IOException when the baseline cannot be read, or a measurement breaks off
     */
    int check(Path directory, String command) throws IOException, InterruptedException {
        Baseline baseline = Baseline.read(file);
        Optional<Baseline.Entry> entry = baseline.of(machineClass);
        if (entry.isEmpty()) {
            out.printf("%s expects nothing of this class of machine: %s%n", file, machineClass);
            out.println("It knows: " + String.join("; ", baseline.classes().keySet()));
            out.println(
                    "Ratios depend on the CPU, so nothing was compared. Add this class with --update, at a commit that is good.");
            return UNDECIDED;
        }
        Comparison comparison = new Comparison(entry.get().ratios(), progress);
        for (Source source : sources) {
            comparison.run(source);
        }
        Map<String, Expectation> unmeasured = new TreeMap<>(entry.get().ratios());
        unmeasured.keySet().removeAll(comparison.outcomes().keySet());
        unmeasured.keySet().forEach(name -> comparison.missing().putIfAbsent(name, "not asked for"));
        int status = print(entry.get(), comparison);
        write(comparison, directory, command, status);
        return status;
    }

    private int print(Baseline.Entry entry, Comparison comparison) {
        out.printf("%-48s %9s %9s %8s %10s%n", "ratio", "expected", "measured", "change", "tolerated");
        List<String> fallen = new ArrayList<>();
        comparison.outcomes().forEach((name, outcome) -> {
            Expectation expectation = entry.ratios().get(name);
            String line = String.format(
                    Locale.ROOT,
                    "%-48s %9.3f %9.3f %+7.1f%% %9.1f%%",
                    name,
                    expectation.expected(),
                    outcome.last().median(),
                    100 * outcome.verdict().change(),
                    -100 * expectation.tolerance());
            out.println(line + remark(outcome, expectation));
            if (outcome.fallen()) {
                fallen.add(String.format(
                        Locale.ROOT,
                        "%s by %.1f %%",
                        name,
                        -100 * outcome.verdict().change()));
            }
        });
        comparison.missing().forEach((name, reason) -> out.println("not compared: " + name + ": " + reason));
        if (!fallen.isEmpty()) {
            fallen.forEach(what -> out.println("FELL: " + what));
            return FALLEN;
        }
        if (comparison.outcomes().isEmpty()) {
            out.println("nothing was compared");
            return UNDECIDED;
        }
        out.printf("passed: %d ratios, baseline of %s%n", comparison.outcomes().size(), entry.measured());
        return PASSED;
    }

    private static String remark(Comparison.Outcome outcome, Expectation expectation) {
        if (outcome.fallen()) {
            return "  FELL, " + outcome.attempts() + " times measured";
        }
        if (outcome.verdict().risen()) {
            return "  rose: --update has the baseline expect it";
        }
        String times = outcome.attempts() > 1 ? "  (" + outcome.attempts() + " times measured)" : "";
        return times + (expectation.isUseful() ? "" : NOISY);
    }

    private void write(Comparison comparison, Path directory, String command, int status) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
        facts.put("command", command);
        facts.put("class of machine", machineClass);
        facts.put("result", status == PASSED ? "passed" : status == FALLEN ? "fell" : "nothing was compared");
        List<Series> series = new ArrayList<>();
        comparison.outcomes().forEach((name, outcome) -> {
            String[] parts = name.split(" / ", 2);
            series.add(new Series(
                    parts[0],
                    "culvert",
                    "ratio to " + parts[1],
                    "x",
                    true,
                    outcome.last().samples()));
        });
        out.println("written: " + new Run(KIND, facts, comparison.missing(), series).write(directory));
    }

    /**
     * Measures what to expect of this class of machine, and puts it into the baseline; other classes stay as they are.
     *
     * @param runs of what needs several (see {@link Calibration})
     * @return the exit status
     */
    int update(int runs) throws IOException, InterruptedException {
        Calibration calibration = new Calibration(runs, progress);
        for (Source source : sources) {
            calibration.run(source);
        }
        Map<String, Expectation> found = calibration.expectations();
        calibration.missing().forEach((name, reason) -> out.println("not measured: " + name + ": " + reason));
        if (found.isEmpty()) {
            return UNDECIDED;
        }
        Map<String, String> facts = Machine.facts();
        Baseline.Entry entry = new Baseline.Entry(facts.get("time") + ", commit " + facts.get("commit"), runs, found);
        Baseline before = Files.exists(file) ? Baseline.read(file) : Baseline.empty();
        before.with(machineClass, entry).write(file);
        entry.ratios()
                .forEach((name, expectation) -> out.printf(
                        Locale.ROOT,
                        "%-48s %9.3f, tolerance %.1f %%%s%n",
                        name,
                        expectation.expected(),
                        100 * expectation.tolerance(),
                        expectation.isUseful() ? "" : NOISY));
        out.println("written: " + file + ", " + machineClass);
        return PASSED;
    }
}
