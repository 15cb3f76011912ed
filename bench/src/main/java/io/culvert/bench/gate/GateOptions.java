// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
            names = "--against",
            paramLabel = "COMMIT",
            description = "with --gate, without FILE: builds COMMIT in a temporary worktree, measures both builds in "
                    + "turn, and says what fell; needs no baseline")
    private String against;

    @Option(
            names = "--self-test",
            description = "with --gate, without FILE: compares this tree with itself, then with planted faults (15 %% "
                    + "less throughput, 1 %% of datagrams lost, p99 doubled), and says what was found; exit status 1 "
                    + "if that is wrong")
    private boolean selfTest;

    /** Made by the command line. */
    public GateOptions() {}

    /** The reason why the options exclude each other; empty if they do not. */
    Optional<String> conflict() {
        boolean hasFile = !file.toString().isEmpty();
        if (against != null && selfTest) {
            return Optional.of("--against and --self-test exclude each other");
        }
        if (against != null || selfTest) {
            String option = against != null ? "--against" : "--self-test";
            return update || hasFile
                    ? Optional.of(option + " needs no baseline: it excludes " + (update ? "--update" : "the FILE"))
                    : Optional.empty();
        }
        return hasFile
                ? Optional.empty()
                : Optional.of("--gate needs the FILE of a baseline, or --against COMMIT, or --self-test");
    }

    /**
     * Measures and compares, or writes the baseline.
     *
     * @param directory receives the run
     * @param command the command line
     * @param progress receives a line for each step
     * @return the exit status
     */
    public int run(Path directory, String command, Consumer<String> progress) throws InterruptedException {
        Optional<String> conflict = conflict();
        if (conflict.isPresent()) {
            System.err.println("culvert bench: " + conflict.get());
            return CommandLine.ExitCode.USAGE;
        }
        Path launcher = Path.of(System.getProperty("culvert.launcher", "bin/culvert"));
        Against others = new Against(launcher, inMemory, System.out, progress);
        try {
            if (selfTest) {
                return others.selfTest(directory, command);
            }
            return against != null
                    ? others.commit(against, directory, command)
                    : withBaseline(directory, command, progress);
        } catch (NoSuchFileException e) {
            System.err.println("culvert bench: no such file: " + e.getMessage() + " (--update creates it)");
        } catch (IOException e) {
            System.err.println("culvert bench: " + e.getMessage());
        }
        return Gate.UNDECIDED;
    }

    private int withBaseline(Path directory, String command, Consumer<String> progress)
            throws IOException, InterruptedException {
        List<Source> sources = new ArrayList<>(List.of(new ForkedSource()));
        if (!inMemory) {
            sources.add(new EndToEndSource(progress));
        }
        Gate gate = new Gate(file, sources, MachineClass.here(), System.out, progress);
        return update ? gate.update(RUNS) : gate.check(directory, command);
    }
}
