// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.bench.endtoend.implementation.Installer;
import io.culvert.daemon.testbed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Worktrees of a small repository, whose launcher is a script. */
class WorktreeTest {
    @TempDir
    private Path repository;

    private final List<String> progress = new ArrayList<>();

    @BeforeEach
    void makeRepository() throws Exception {
        assumeTrue(Installer.find("git").isPresent(), "needs git");
        git("init", "--quiet");
        commit("mkdir -p bench/target/lib");
        commit("echo 'error: no such symbol'; exit 1");
    }

    private String git(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "git", "-C", repository.toString(), "-c", "user.name=test", "-c", "user.email=test@example.invalid"));
        command.addAll(List.of(words));
        return Shell.run("", command).strip();
    }

    /** Commits a launcher that runs a line of shell. */
    private void commit(String line) throws IOException, InterruptedException {
        Path launcher = repository.resolve("bin/culvert");
        Files.createDirectories(launcher.getParent());
        Files.writeString(launcher, "#!/bin/sh\n" + line + "\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        git("add", ".");
        git("commit", "--quiet", "-m", line);
    }

    @Test
    void buildsACommitBesideTheTreeAndRemovesIt() throws Exception {
        Path directory;
        try (Worktree worktree = Worktree.of(repository, "HEAD~1")) {
            directory = worktree.directory();
            assertThat(worktree.name()).isEqualTo(git("rev-parse", "--short=12", "HEAD~1"));
            assertThat(worktree.build(progress::add)).isEqualTo(directory.resolve("bench/target/lib"));
            assertThat(progress).containsExactly("building " + worktree.name());
        }
        assertRemoved(directory);
    }

    @Test
    void aCommitThatDoesNotBuildIsAnErrorWithItsOutput() throws Exception {
        try (Worktree worktree = Worktree.of(repository, "HEAD")) {
            assertThatThrownBy(() -> worktree.build(progress::add))
                    .isInstanceOf(IOException.class)
                    .hasMessage("commit " + worktree.name() + " does not build: error: no such symbol");
        }
    }

    @Test
    void unknownCommitsAreErrors() {
        for (String name : List.of("nonsense", "--all", "HEAD~99")) {
            assertThatThrownBy(() -> Worktree.of(repository, name))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no commit \"" + name + "\" in ");
        }
    }

    @Test
    void anInterruptedThreadRemovesItToo() throws Exception {
        Worktree worktree = Worktree.of(repository, "HEAD");
        Thread.currentThread().interrupt();
        worktree.close();
        assertThat(Thread.interrupted()).isTrue();
        assertRemoved(worktree.directory());
    }

    @Test
    void seesUncommittedChanges() throws Exception {
        assertThat(Worktree.isDirty(repository)).isFalse();
        Files.writeString(repository.resolve("new"), "");
        assertThat(Worktree.isDirty(repository)).isTrue();
    }

    private void assertRemoved(Path directory) throws IOException, InterruptedException {
        assertThat(directory.getParent()).doesNotExist();
        assertThat(git("worktree", "list").lines()).hasSize(1);
    }
}
