// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Shows on this machine what the gate finds: compares this build with itself twice, unchanged and with faults planted
 * into one side.
 */
final class SelfTest {
    /** The share by which what is slowed takes longer. */
    static final double SLOWDOWN = 0.15;

    private final Path directory;
    private final Planted planted;
    private final PrintStream out;
    private final Consumer<String> progress;

    /** Gives sources. */
    interface Planted {
        /** Sources that compare this build with itself, with or without faults in one side. */
        List<Source> sources(boolean faults) throws IOException, InterruptedException;
    }

    /**
     * A self-test.
     *
     * @param directory receives the runs
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
     * @return the exit status: {@link Gate#PASSED} if the gate found each planted fault and nothing else,
     *     {@link Gate#UNDECIDED} if nothing could be measured, and {@link Gate#REGRESSED} otherwise
     */
    int run(String command) throws IOException, InterruptedException {
        out.println("unchanged:");
        PairedGate unchanged = new PairedGate(planted.sources(false), Map.of(), out, progress);
        if (unchanged.check(directory, command + ": unchanged") == Gate.UNDECIDED) {
            return Gate.UNDECIDED;
        }
        out.println("with planted faults:");
        PairedGate faulty = new PairedGate(planted.sources(true), Map.of(), out, progress);
        if (faulty.check(directory, command + ": planted faults") == Gate.UNDECIDED) {
            return Gate.UNDECIDED;
        }
        Set<String> wrong = new LinkedHashSet<>(faulty.regressed());
        wrong.removeAll(faulty.planted());
        wrong.addAll(unchanged.regressed());
        Set<String> missed = new LinkedHashSet<>(faulty.planted());
        missed.removeAll(faulty.regressed());
        out.println(
                wrong.isEmpty()
                        ? "self-test: nothing was found where nothing was planted"
                        : "self-test FAILED: found without a fault: " + String.join("; ", wrong));
        out.println(
                missed.isEmpty()
                        ? "self-test: all " + faulty.planted().size() + " planted faults were found"
                        : "self-test FAILED: not found: " + String.join("; ", missed));
        return wrong.isEmpty() && missed.isEmpty() ? Gate.PASSED : Gate.REGRESSED;
    }
}
