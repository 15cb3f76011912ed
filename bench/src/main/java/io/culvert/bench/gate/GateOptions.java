// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options of {@code culvert bench} that make it the regression gate. */
public final class GateOptions {
    private static final int RUNS = 5;

    @Option(
            names = "--gate",
            required = true,
            arity = "0..1",
            fallbackValue = "",
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

    @Option(
            names = "--self-test",
            description = "with --gate: plants a slowdown of 15 %% in measurements in memory and says whether the gate "
                    + "finds it, and nothing without it; exit status 1 if not, 3 if this machine is too noisy")
    private boolean selfTest;

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
        try {
            if (selfTest) {
                return new SelfTest(directory, ForkedSource::slowedBy, System.out, progress).run();
            }
            if (file.toString().isEmpty()) {
                System.err.println("culvert bench: --gate needs the FILE of a baseline");
                return CommandLine.ExitCode.USAGE;
            }
            return gate(progress, directory, command);
        } catch (NoSuchFileException e) {
            System.err.println("culvert bench: no such file: " + e.getMessage() + " (--update creates it)");
        } catch (IOException e) {
            System.err.println("culvert bench: " + e.getMessage());
        }
        return Gate.UNDECIDED;
    }

    private int gate(Consumer<String> progress, Path directory, String command)
            throws IOException, InterruptedException {
        List<Source> sources = new ArrayList<>(List.of(ForkedSource.standard()));
        if (!inMemory) {
            sources.add(new EndToEndSource(progress));
        }
        Gate gate = new Gate(file, sources, MachineClass.here(), System.out, progress);
        return update ? gate.update(RUNS) : gate.check(directory, command);
    }
}
