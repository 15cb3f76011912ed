// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import io.culvert.daemon.testbed.ResourceUsage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A WireGuard program that runs in the foreground, and its interface. Closing ends the program. */
final class Daemon implements AutoCloseable {
    /** The first start may have to build Culvert. */
    private static final Duration START = Duration.ofSeconds(60);

    private static final Duration STOP = Duration.ofSeconds(30);

    private final String device;
    private final Process process;
    private final File log;
    private final Namespace home;
    private Namespace namespace;

    private Daemon(String device, Process process, File log, Namespace home) {
        this.device = device;
        this.process = process;
        this.log = log;
        this.home = home;
        this.namespace = home;
    }

    static Daemon start(Program program, Namespace namespace) {
        return start(program, namespace, Names.next(), Map.of());
    }

    /** Starts a program and waits until it serves the UAPI. */
    static Daemon start(Program program, Namespace namespace, String device, Map<String, String> environment) {
        return start(namespace, device, environment, program.command(), "-f", device);
    }

    /** Starts a command that becomes such a program, and waits until it serves the UAPI. */
    static Daemon start(Namespace namespace, String device, Map<String, String> environment, String... words) {
        File log = logFile(device);
        Daemon daemon = new Daemon(device, namespace.start(environment, log, words), log, namespace);
        boolean inTime = Eventually.holds(START, () -> daemon.isServing() || !daemon.process.isAlive());
        if (!inTime || !daemon.isServing()) {
            daemon.close();
            throw new AssertionError("did not start: " + String.join(" ", words) + "\n" + daemon.log());
        }
        return daemon;
    }

    static File logFile(String device) {
        File directory = Repository.root().resolve("src/test/target/daemons").toFile();
        directory.mkdirs();
        return new File(directory, device + ".log");
    }

    static Path socket(String device) {
        return Path.of("/var/run/wireguard", device + ".sock");
    }

    private boolean isServing() {
        return Files.exists(socket(device))
                && Command.of("wg", "show", device, "listen-port").run().exit() == 0;
    }

    String device() {
        return device;
    }

    Wg wg() {
        return new Wg(device);
    }

    /** The namespace that the interface is in. */
    Namespace namespace() {
        return namespace;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** Its output so far. */
    String log() {
        return Repository.text(log.toPath());
    }

    /** Moves the interface to another namespace; the program and its sockets stay. */
    void moveTo(Namespace other) {
        namespace.ip("link", "set", device, "netns", other.name());
        namespace = other;
    }

    /** Deletes the interface, as {@code wg-quick down} does. */
    void deleteInterface() {
        namespace.ip("link", "delete", device);
    }

    /** Sends a signal by its name. */
    void signal(String signal) {
        Command.output("kill", "-" + signal, Long.toString(process.pid()));
    }

    /** Waits for the program to end; {@code false} if it has not within the limit. */
    boolean hasEnded(Duration limit) {
        return Unchecked.call(() -> process.waitFor(limit));
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** CPU time that it has used so far, in seconds. */
    double cpuSeconds() {
        return Unchecked.call(() -> ResourceUsage.cpuSeconds(process()));
    }

    Namespace home() {
        return home;
    }

    @Override
    public void close() {
        process.destroy();
        if (!hasEnded(STOP)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            hasEnded(STOP);
        }
    }
}
