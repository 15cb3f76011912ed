// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The options of {@code culvert bench} that make it the regression gate. */
public final class GateOptions {
    private static final int RUNS = 5;

    @Option(
            names = "--gate",
            required = true,
            paramLabel = "FILE",
            description = "compares this run's ratios with the baseline in FILE; exit status 1 if a ratio regressed, "
                    + "3 if nothing was compared")
    private Path file;

    @Option(
            names = "--update",
            description = "with --gate: measures, and writes the thresholds of this class of machine into FILE")
    private boolean update;

    @Option(names = "--in-memory", description = "with --gate: only cipher and pipeline in memory; needs no root")
    private boolean inMemory;

    /** Made by the command line. */
    public GateOptions() {}

    /**
     * Measures and compares, or writes the baseline.
     *
     * @param directory receives the run
     * @param command the command line
     * @param progress receives a line for each step
     * @return the exit status
     */
    public int run(Path directory, String command, Consumer<String> progress) throws InterruptedException {
        List<Source> sources = new ArrayList<>(List.of(ForkedSource.standard()));
        if (!inMemory) {
            sources.add(new EndToEndSource(progress));
        }
        Gate gate = new Gate(file, sources, MachineClass.here(), System.out, progress);
        try {
            return update ? gate.update(RUNS) : gate.check(directory, command);
        } catch (NoSuchFileException e) {
            System.err.println("culvert bench: no such file: " + e.getMessage() + " (--update creates it)");
        } catch (IOException e) {
            System.err.println("culvert bench: " + e.getMessage());
        }
        return Gate.UNDECIDED;
    }
}
