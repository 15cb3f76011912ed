// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.ResourceUsage;
import io.culvert.daemon.testbed.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process in a namespace, with its children. Closing ends them. */
final class Daemon implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final String title;
    private final Path log;
    private final Process process;
    private final long began;

    /** Starts {@code command} in a namespace. */
    Daemon(NetworkNamespace namespace, List<String> command) throws IOException {
        title = command.getFirst();
        log = Files.createTempFile("culvert-bench-" + ProcessHandle.current().pid() + "-", ".log");
        began = System.nanoTime();
        process = namespace.background(log, command).start();
    }

    /** A condition to wait for. */
    interface Check {
        /** Whether it is fulfilled. */
        boolean holds() throws IOException, InterruptedException;
    }

    /**
     * Waits until {@code check} holds.
     *
     * @return the seconds since the start of the process
     * @throws IOException if the process ends, or after a minute
     */
    double await(Check check) throws IOException, InterruptedException {
        while (!check.holds()) {
            if (!process.isAlive()) {
                throw new IOException(title + " ended: " + lastLogged());
            }
            if (System.nanoTime() - began > TimeUnit.SECONDS.toNanos(START_SECONDS)) {
                throw new IOException(title + " was not ready within a minute: " + lastLogged());
            }
            Thread.sleep(5);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    /** Whether its namespace has an interface; reads /proc, so that no process is started. */
    boolean sees(String device) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/net/dev"))) {
            return lines.anyMatch(line -> line.strip().startsWith(device + ":"));
        } catch (java.io.UncheckedIOException | NoSuchFileException e) {
            return false; // the process has ended
        }
    }

    /** Whether its output contains a text. */
    boolean hasLogged(String text) throws IOException {
        return Files.readString(log).contains(text);
    }

    /** CPU time of the process and its children so far, in seconds. */
    double cpuSeconds() throws IOException {
        return ResourceUsage.cpuSeconds(process.toHandle());
    }

    /** Resident memory of the process and its children in MiB; shared pages count for each. */
    double residentMebibytes() throws IOException {
        return ResourceUsage.residentMebibytes(process.toHandle());
    }

    /** The most memory that was resident of the process and its present children, in MiB. */
    double peakMebibytes() throws IOException {
        return ResourceUsage.peakMebibytes(process.toHandle());
    }

    /** When it was started, by {@link System#nanoTime}. */
    long began() {
        return began;
    }

    private String lastLogged() throws IOException {
        List<String> lines =
                Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "no output" : lines.getLast();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.toHandle().descendants().toList();
        Termination.end(process, STOP_LIMIT);
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            System.err.println("culvert bench: " + e.getMessage());
        }
    }
}
