package io.culvert.daemon.demo;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One end of a tunnel: a WireGuard program in a namespace, and its interface. Closing ends it. */
final class End implements AutoCloseable {
    private static final int PORT = 51820;
    private static final int MTU = 1420;
    private static final long START_MILLIS = 60_000;
    private static final long STOP_SECONDS = 5;
    /** Of /proc/PID/stat, behind the name: utime is field 14 and stime field 15, in ticks of 10 ms. */
    private static final int UTIME = 11;

    private static final double TICKS_PER_SECOND = 100;

    private final Implementation implementation;
    private final String namespace;
    private final int side;
    private final String name;
    private final Path log;
    private final Process process;
    private String publicKey;

    private End(Implementation implementation, Testbed testbed, int side) throws IOException {
        this.implementation = implementation;
        this.side = side;
        namespace = testbed.namespace(side);
        name = "cd" + ProcessHandle.current().pid() + (side == 0 ? "a" : "b");
        log = Files.createTempFile("culvert-demo-", ".log");
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(implementation.command(name));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
    }

    /** Starts a program for side 0 or 1, waits until it is ready, and sets its interface up, without a peer. */
    static End start(Implementation implementation, Testbed testbed, int side)
            throws IOException, InterruptedException {
        End end = new End(implementation, testbed, side);
        try {
            end.awaitReady();
            end.setUp();
            return end;
        } catch (IOException | InterruptedException | RuntimeException e) {
            end.close();
            throw e;
        }
    }

    /** Forgets the peer and all keys shared with it, and takes {@code peer} anew; only who has an endpoint can begin. */
    void connect(End peer, String endpoint) throws IOException, InterruptedException {
        wg("set", name, "peer", peer.publicKey, "remove");
        String allowed = Testbed.inside(peer.side) + "/32";
        if (endpoint == null) {
            wg("set", name, "peer", peer.publicKey, "allowed-ips", allowed);
        } else {
            wg("set", name, "peer", peer.publicKey, "allowed-ips", allowed, "endpoint", endpoint);
        }
    }

    /** Where a peer finds it. */
    String endpoint(boolean ipv6) {
        String address = Testbed.outside(side, ipv6);
        return (ipv6 ? "[" + address + "]" : address) + ":" + PORT;
    }

    /** Whether a handshake was completed since {@link #connect}. */
    boolean hasHandshake() throws IOException, InterruptedException {
        String[] fields = wg("show", name, "latest-handshakes").strip().split("\\s+");
        return fields.length == 2 && Long.parseLong(fields[1]) > 0;
    }

    /** What its processes have used so far. */
    double cpuSeconds() throws IOException {
        double sum = 0;
        try (Stream<ProcessHandle> all =
                Stream.concat(Stream.of(process.toHandle()), process.toHandle().descendants())) {
            for (ProcessHandle handle : all.toList()) {
                sum += cpuSeconds(handle.pid());
            }
        }
        return sum;
    }

    String namespace() {
        return namespace;
    }

    String inside() {
        return Testbed.inside(side);
    }

    Implementation implementation() {
        return implementation;
    }

    private static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) / TICKS_PER_SECOND;
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (!Files.exists(socket()) || !hasInterface()) {
            if (!process.isAlive()) {
                throw new IOException(implementation + " did not start: " + lastLogged());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(implementation + " was not ready within a minute: " + lastLogged());
            }
            Thread.sleep(20);
        }
    }

    private boolean hasInterface() throws InterruptedException {
        try {
            Shell.run("ip", "-n", namespace, "link", "show", name);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void setUp() throws IOException, InterruptedException {
        String privateKey = Shell.run("wg", "genkey");
        publicKey = Shell.run(privateKey, List.of("wg", "pubkey")).strip();
        List<String> set = List.of("wg", "set", name, "private-key", "/dev/stdin", "listen-port", "" + PORT);
        Shell.run(privateKey, in(set));
        Shell.run("ip", "-n", namespace, "addr", "add", inside() + "/24", "dev", name);
        Shell.run("ip", "-n", namespace, "link", "set", name, "mtu", "" + MTU, "up");
    }

    private String wg(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("wg"));
        command.addAll(List.of(arguments));
        return Shell.run("", in(command));
    }

    /** A command in the end's namespace: even with a socket in the file system, {@code wg} asks the kernel too. */
    private List<String> in(List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(command);
        return all;
    }

    private Path socket() {
        return Path.of("/var/run/wireguard", name + ".sock");
    }

    private String lastLogged() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        }
        try {
            Files.deleteIfExists(socket());
            Files.deleteIfExists(log);
        } catch (IOException e) {
            System.err.println("culvert: " + e.getMessage());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
