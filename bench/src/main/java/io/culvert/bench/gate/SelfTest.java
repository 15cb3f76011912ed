// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Shows on this machine what the gate finds: measures a baseline, then compares the same code with it twice, unchanged
 * and with a slowdown of 15 % planted in each part.
 */
final class SelfTest {
    /** The share by which everything planted takes longer. */
    static final double SLOWDOWN = 0.15;

    private static final int RUNS = 5;

    private final Path directory;
    private final Planted planted;
    private final PrintStream out;
    private final Consumer<String> progress;

    /** Gives sources by what is planted in them. */
    interface Planted {
        /** A source in which each operation of Culvert takes longer by {@code share}; 0 for unchanged code. */
        Source slowedBy(double share);
    }

    /**
     * A self-test.
     *
     * @param directory receives the baseline and the runs
     * @param planted gives the sources
     * @param out receives the result
     * @param progress receives a line for each step
     */
    SelfTest(Path directory, Planted planted, PrintStream out, Consumer<String> progress) {
        this.directory = directory;
        this.planted = planted;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Measures and judges.
     *
     * @return the exit status: {@link Gate#PASSED} if the gate found each part's slowdown and nothing without,
     *     {@link Gate#UNDECIDED} if this machine is too noisy for that, and {@link Gate#REGRESSED} otherwise
     */
    int run() throws IOException, InterruptedException {
        Path baseline = directory.resolve("self-test-baseline.json");
        gate(planted.slowedBy(0), baseline, out).update(RUNS);
        Baseline measured = Baseline.read(baseline);
        List<String> parts = List.of("aead ", "pipeline ");
        for (String part : parts) {
            if (!isUseful(measured, part)) {
                out.println("undecided: this machine is too noisy to find a slowdown of 15 % in " + part.strip());
                return Gate.UNDECIDED;
            }
        }
        out.println("unchanged:");
        boolean silent = gate(planted.slowedBy(0), baseline, out).check(directory, "unchanged") == Gate.PASSED;
        out.println("slowed by 15 %:");
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        PrintStream copy = new PrintStream(report, true, StandardCharsets.UTF_8);
        gate(planted.slowedBy(SLOWDOWN), baseline, copy).check(directory, "slowed");
        String text = report.toString(StandardCharsets.UTF_8);
        out.print(text);
        List<String> missed = parts.stream()
                .filter(part -> !text.contains("REGRESSED: " + part))
                .map(String::strip)
                .toList();
        out.println(silent ? "self-test: nothing was found in unchanged code" : "self-test FAILED: a false alarm");
        out.println(
                missed.isEmpty()
                        ? "self-test: the slowdown of each part was found"
                        : "self-test FAILED: not found in " + String.join(", ", missed));
        return silent && missed.isEmpty() ? Gate.PASSED : Gate.REGRESSED;
    }

    private static boolean isUseful(Baseline baseline, String part) {
        return baseline.of(MachineClass.here()).map(Baseline.Entry::ratios).orElse(Map.of()).entrySet().stream()
                .anyMatch(ratio ->
                        ratio.getKey().startsWith(part) && ratio.getValue().isUseful());
    }

    private Gate gate(Source source, Path baseline, PrintStream to) {
        return new Gate(baseline, List.of(source), MachineClass.here(), to, progress);
    }
}
