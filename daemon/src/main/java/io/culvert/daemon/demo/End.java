// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.ResourceUsage;
import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Termination;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One end of a tunnel: a WireGuard program in a namespace, and its interface. Closing ends the program. */
final class End implements AutoCloseable {
    private static final int PORT = 51820;
    private static final int MTU = 1420;
    private static final long START_MILLIS = 60_000;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Implementation implementation;
    private final NetworkNamespace namespace;
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
        process = namespace.background(log, implementation.command(name)).start();
    }

    /** Starts a program for side 0 or 1, waits until it serves the UAPI, and sets its interface up without a peer. */
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

    /**
     * Replaces the peer, so that all keys shared with it are lost.
     *
     * @param endpoint of the peer; {@code null} for none, so that this end cannot initiate the handshake
     */
    void connect(End peer, String endpoint) throws IOException, InterruptedException {
        wg("set", name, "peer", peer.publicKey, "remove");
        String allowed = Testbed.inside(peer.side) + "/32";
        if (endpoint == null) {
            wg("set", name, "peer", peer.publicKey, "allowed-ips", allowed);
        } else {
            wg("set", name, "peer", peer.publicKey, "allowed-ips", allowed, "endpoint", endpoint);
        }
    }

    /** The endpoint that peers send to. */
    String endpoint(boolean ipv6) {
        String address = Testbed.outside(side, ipv6);
        return (ipv6 ? "[" + address + "]" : address) + ":" + PORT;
    }

    /** Whether a handshake has completed since {@link #connect}. */
    boolean hasHandshake() throws IOException, InterruptedException {
        String[] fields = wg("show", name, "latest-handshakes").strip().split("\\s+");
        return fields.length == 2 && Long.parseLong(fields[1]) > 0;
    }

    /** CPU time that its processes have used so far, in seconds. */
    double cpuSeconds() throws IOException {
        return ResourceUsage.cpuSeconds(process.toHandle());
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    String inside() {
        return Testbed.inside(side);
    }

    Implementation implementation() {
        return implementation;
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
            namespace.ip("link", "show", name);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void setUp() throws IOException, InterruptedException {
        String privateKey = Shell.run("wg", "genkey");
        publicKey = Shell.run(privateKey, List.of("wg", "pubkey")).strip();
        namespace
                .command("wg", "set", name, "private-key", "/dev/stdin", "listen-port", "" + PORT)
                .input(privateKey)
                .run()
                .requireSuccess();
        namespace.ip("addr", "add", inside() + "/24", "dev", name);
        namespace.ip("link", "set", name, "mtu", "" + MTU, "up");
    }

    /** Runs {@code wg} in the end's namespace, since it also asks the kernel for interfaces. */
    private String wg(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("wg"));
        words.addAll(List.of(arguments));
        return namespace.run(words.toArray(String[]::new));
    }

    private Path socket() {
        return Path.of("/var/run/wireguard", name + ".sock");
    }

    private String lastLogged() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "no log output" : lines.getLast();
    }

    @Override
    public void close() {
        Termination.end(process, STOP_LIMIT);
        try {
            Files.deleteIfExists(socket());
            Files.deleteIfExists(log);
        } catch (IOException e) {
            System.err.println("culvert: " + e.getMessage());
        }
    }
}
