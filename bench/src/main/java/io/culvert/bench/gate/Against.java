// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The gate's comparisons of this tree with another build: of a commit, or of this tree itself for the self-test.
 *
 * @param launcher this tree's bin/culvert
 * @param inMemory whether to compare the cipher and the pipeline in memory only
 * @param out receives the result
 * @param progress receives a line for each step
 */
record Against(Path launcher, boolean inMemory, PrintStream out, Consumer<String> progress) {
    private static final String DAEMON = " --foreground {ifname}";

    /**
     * Builds a commit in a temporary directory, and compares this tree with it.
     *
     * @param directory receives the run
     * @return the exit status
     * @throws IOException if there is no such commit, or it does not build, or this tree cannot be measured
     */
    int commit(String name, Path directory, String command) throws IOException, InterruptedException {
        Path repository = launcher.toAbsolutePath().getParent().getParent();
        try (Worktree other = Worktree.of(repository, name)) {
            if (Worktree.isDirty(repository)) {
                out.println("this tree has uncommitted changes: they are part of what is compared");
            }
            Build build = new Build("commit " + other.name(), Optional.of(other.build(progress)), List.of());
            BuildPair pair = BuildPair.of(other.name(), Build.here(), build);
            List<Source> sources = new ArrayList<>(List.of(pair));
            if (!inMemory) {
                sources.add(new TunnelPair(other.name(), other.launcher() + DAEMON, false, progress));
            }
            return new PairedGate(sources, pair.unmatched(), out, progress).check(directory, command);
        }
    }

    /**
     * Compares this tree with itself, with and without planted faults.
     *
     * @param directory receives the runs
     * @return the exit status
     */
    int selfTest(Path directory, String command) throws IOException, InterruptedException {
        return new SelfTest(directory, this::planted, out, progress).run(command);
    }

    private List<Source> planted(boolean faults) throws IOException, InterruptedException {
        String itself = "itself";
        Build own = faults ? Build.slowedBy(SelfTest.SLOWDOWN) : Build.here();
        List<Source> sources = new ArrayList<>(List.of(BuildPair.of(itself, own, Build.here())));
        if (!inMemory) {
            sources.add(new TunnelPair(itself, launcher + DAEMON, faults, progress));
        }
        return sources;
    }
}
