package io.culvert.system;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A WireGuard program that runs in the foreground, with the interface it made. */
final class Daemon implements AutoCloseable {
    /** Generous: the first start may build Culvert. */
    private static final Duration START = Duration.ofSeconds(60);

    private static final Duration STOP = Duration.ofSeconds(10);

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

    /** Starts it and waits until it serves. */
    static Daemon start(Program program, Namespace namespace, String device, Map<String, String> environment) {
        return start(namespace, device, environment, program.command(), "-f", device);
    }

    /** Starts any command that ends in such a daemon, and waits until it serves. */
    static Daemon start(Namespace namespace, String device, Map<String, String> environment, String... words) {
        File log = logFile(device);
        Daemon daemon = new Daemon(device, namespace.start(environment, log, words), log, namespace);
        boolean up = Eventually.holds(START, () -> daemon.isServing() || !daemon.process.isAlive());
        if (!up || !daemon.isServing()) {
            daemon.close();
            throw new AssertionError("did not come up: " + String.join(" ", words) + "\n" + daemon.log());
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

    /** Where the interface is now. */
    Namespace namespace() {
        return namespace;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** What it has said so far. */
    String log() {
        return Repository.text(log.toPath());
    }

    /** Moves the interface; the program and its sockets stay where they are. */
    void moveTo(Namespace other) {
        namespace.ip("link", "set", device, "netns", other.name());
        namespace = other;
    }

    /** Makes the interface go away, as {@code wg-quick down} does. */
    void deleteInterface() {
        namespace.ip("link", "delete", device);
    }

    /** Sends a signal by its name. */
    void signal(String signal) {
        Command.output("kill", "-" + signal, Long.toString(process.pid()));
    }

    /** Whether it has ended in time. */
    boolean hasEnded(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** Seconds of CPU that it has used so far, all threads together. */
    double cpuSeconds() {
        String stat = Repository.text(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        double ticksPerSecond = Double.parseDouble(Command.output("getconf", "CLK_TCK"));
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / ticksPerSecond;
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
