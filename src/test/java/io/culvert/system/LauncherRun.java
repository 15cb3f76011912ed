// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A command of {@code bin/culvert} that ends by itself. The launcher execs the JVM, so the PID is that of the JVM.
 * Closing kills it.
 */
final class LauncherRun implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final Path directory;
    private final Process process;

    /** Starts the command, whose output goes to files in {@code directory}. */
    LauncherRun(Path directory, List<String> arguments) throws IOException {
        this.directory = directory;
        List<String> command =
                new ArrayList<>(List.of(Repository.root().resolve("bin/culvert").toString()));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    /** Waits for its end. */
    int exitStatus() throws InterruptedException {
        assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .as("it ends")
                .isTrue();
        return process.exitValue();
    }

    /** Its output so far. */
    String output() {
        return Repository.text(directory.resolve("out"));
    }

    /** Its output on stderr so far. */
    String errors() {
        return Repository.text(directory.resolve("err"));
    }

    /** Waits until stderr contains {@code text}, then sends SIGINT. */
    void interruptAfter(String text) throws IOException, InterruptedException {
        assertThat(Eventually.holds(TIMEOUT, () -> !process.isAlive() || errors().contains(text)))
                .isTrue();
        Command.of("kill", "-INT", Long.toString(process.pid())).run().expectSuccess();
    }

    /**
     * Checks that neither namespaces, sockets, files nor processes are left. Their names or arguments have the PID.
     *
     * @param prefix of namespaces and temporary files
     */
    void assertNothingIsLeft(String prefix) throws IOException {
        String files = prefix + "-" + process.pid() + "-";
        String devices = "cb" + process.pid() + "x";
        for (Path place : List.of(Path.of("/run/netns"), Path.of("/var/run/wireguard"), Path.of("/tmp"))) {
            if (Files.exists(place)) {
                try (Stream<Path> all = Files.list(place)) {
                    assertThat(all.map(file -> file.getFileName().toString())
                                    .filter(name -> name.startsWith(files) || name.startsWith(devices)))
                            .as("left in %s", place)
                            .isEmpty();
                }
            }
        }
        assertThat(ProcessHandle.allProcesses()
                        .map(handle -> handle.info().commandLine().orElse(""))
                        .filter(line -> line.contains(devices) || line.contains(files)))
                .as("still running")
                .isEmpty();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
