// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Another commit of this repository, checked out into a temporary directory and built there. Closing removes the
 * directory, also on an interrupted thread.
 */
final class Worktree implements AutoCloseable {
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(20);
    private static final int SHORT_NAME = 12;
    private static final int TAIL = 6;

    private final Path repository;
    private final Path directory;
    private final String commit;

    private Worktree(Path repository, Path directory, String commit) {
        this.repository = repository;
        this.directory = directory;
        this.commit = commit;
    }

    /**
     * Checks a commit out.
     *
     * @param repository a directory of the repository
     * @param name the commit, as git understands it
     * @throws IOException if there is no such commit, or git fails
     */
    static Worktree of(Path repository, String name) throws IOException, InterruptedException {
        Subprocess.Result found =
                git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}");
        if (found.exit() != 0) {
            String reason = found.error().strip();
            throw new IOException("no commit \"" + name + "\" in " + repository.toAbsolutePath()
                    + (reason.isEmpty() ? "; a shallow clone lacks older ones: git fetch --unshallow" : ": " + reason));
        }
        String commit = found.output().strip();
        // What a killed run left registered.
        git(repository, "worktree", "prune").requireSuccess();
        Path parent = Files.createTempDirectory("culvert-gate-");
        Worktree worktree = new Worktree(repository, parent.resolve("tree"), commit);
        try {
            git(repository, "worktree", "add", "--detach", worktree.directory.toString(), commit)
                    .requireSuccess();
            return worktree;
        } catch (IOException | InterruptedException | RuntimeException e) {
            worktree.close();
            throw e;
        }
    }

    /** Whether the working tree of a repository differs from its commit. */
    static boolean isDirty(Path repository) throws IOException, InterruptedException {
        return !git(repository, "status", "--porcelain")
                .requireSuccess()
                .output()
                .isBlank();
    }

    private static Subprocess.Result git(Path repository, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
        command.addAll(List.of(words));
        return Subprocess.of(command).run();
    }

    /** The first digits of the commit's hash. */
    String name() {
        return commit.substring(0, SHORT_NAME);
    }

    /** Its directory. */
    Path directory() {
        return directory;
    }

    /** The program that starts its daemon. */
    Path launcher() {
        return directory.resolve("bin/culvert");
    }

    /**
     * Builds its daemon and its benchmarks by its own launcher, which needs the network only for dependencies that this
     * machine does not have yet.
     *
     * @return the directory of the benchmarks' jars
     * @throws IOException if it does not build; the message has the last lines of the output
     */
    Path build(Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("building " + name());
        if (!Files.isExecutable(launcher())) {
            throw new IOException("commit " + name() + " has no bin/culvert");
        }
        Subprocess.Result result = Subprocess.of(launcher().toString(), "bench", "aead", "--help")
                .directory(directory)
                .limit(BUILD_LIMIT)
                .run();
        // Whatever the command's own exit status is, it builds before.
        Path jars = directory.resolve("bench/target/lib");
        if (!Files.isDirectory(jars)) {
            List<String> lines = result.allOutput().strip().lines().toList();
            throw new IOException("commit " + name() + " does not build: "
                    + String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
        }
        return jars;
    }

    @Override
    public void close() {
        // An interrupted thread could not wait for git.
        boolean interrupted = Thread.interrupted();
        try {
            Shell.run("rm", "-rf", directory.getParent().toString());
            git(repository, "worktree", "prune").requireSuccess();
        } catch (IOException e) {
            System.err.println("culvert bench: cannot remove " + directory + ": " + e.getMessage());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
