// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import io.culvert.daemon.status.MetricsText;
import io.culvert.daemon.status.StatusReader;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.ResourceUsage;
import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import io.culvert.daemon.uapi.UapiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One end of the tunnel: a daemon in a namespace, its interface and its peer. For one thread. */
final class Side implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final int FIRST_PORT = 51_820;

    private final Testbed testbed;
    private final int number;
    private final String device;
    private final Path log;
    private final UapiClient client = new UapiClient(StatusReader.SOCKETS);
    /** What daemons that have ended dropped, by cause. */
    private final Map<String, Double> formerDrops = new TreeMap<>();
    /** What the present daemon had dropped when it was last asked. */
    private Map<String, Double> drops = Map.of();

    private double handshakes;
    private double formerHandshakes;
    private Process process;
    private int port;
    private String privateKey;
    private String publicKey;
    private Side peer;

    Side(Testbed testbed, int number) throws IOException, InterruptedException {
        this.testbed = testbed;
        this.number = number;
        device = "cs" + ProcessHandle.current().pid() + (number == 0 ? "a" : "b");
        log = Files.createTempFile("culvert-soak-", ".log");
        port = FIRST_PORT + number;
        newKey();
    }

    /** Gives both sides each other. */
    static void introduce(Side one, Side other) {
        one.peer = other;
        other.peer = one;
    }

    NetworkNamespace namespace() {
        return testbed.namespace(number);
    }

    String name() {
        return number == 0 ? "A" : "B";
    }

    String device() {
        return device;
    }

    Side peer() {
        return peer;
    }

    String inside() {
        return Testbed.inside(number);
    }

    String outside() {
        return Testbed.outside(number, false);
    }

    int port() {
        return port;
    }

    long process() {
        return process.pid();
    }

    /** Starts the daemon, with words before its command line, and configures its interface. */
    void start(String... prefix) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(prefix));
        words.addAll(List.of(System.getProperty("culvert.launcher"), "--foreground", device));
        ProcessBuilder builder = namespace().background(log, words);
        builder.environment().put("CULVERT_WARMUP", "off");
        builder.environment().put("LOG_LEVEL", "error");
        process = builder.start();
        await(START, "the daemon of side " + name() + " is not ready", this::isReady);
        configure();
    }

    private boolean isReady() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the daemon of side " + name() + " did not start: " + lastLogged());
        }
        try {
            client.configuration(device);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What {@link #await} waits for. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Waits for a condition; an error with these words if it does not come to hold in time. */
    static void await(Duration limit, String failure, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException(failure + " after " + limit.toSeconds() + " s");
            }
            Thread.sleep(50);
        }
    }

    /** Key, port, peer, address and MTU, and the link up. */
    void configure() throws IOException, InterruptedException {
        namespace()
                .command("wg", "set", device, "private-key", "/dev/stdin", "listen-port", Integer.toString(port))
                .input(privateKey)
                .run()
                .requireSuccess();
        addPeer();
        up();
    }

    /** Address and MTU, and the link up. */
    void up() throws IOException, InterruptedException {
        namespace().ip("addr", "replace", inside() + "/24", "dev", device);
        namespace().ip("link", "set", device, "mtu", "1420", "up");
    }

    void addPeer() throws IOException, InterruptedException {
        wg("set", device, "peer", peer.publicKey, "allowed-ips", peer.inside() + "/32", "endpoint", peer.endpoint());
    }

    void removePeer() throws IOException, InterruptedException {
        wg("set", device, "peer", peer.publicKey, "remove");
    }

    private String endpoint() {
        return outside() + ":" + port;
    }

    /** Makes a key pair, which the daemon gets with the next {@link #configure}. */
    void newKey() throws IOException, InterruptedException {
        privateKey = Shell.run("wg", "genkey");
        publicKey = Shell.run(privateKey, List.of("wg", "pubkey")).strip();
    }

    void setPort(int newPort) throws IOException, InterruptedException {
        wg("set", device, "listen-port", Integer.toString(newPort));
        port = newPort;
    }

    String wg(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("wg"));
        words.addAll(List.of(arguments));
        return namespace().run(words.toArray(String[]::new));
    }

    /** Keeps the counters that end with the daemon. */
    void count() {
        try {
            client.metrics(device).map(MetricsText::new).ifPresent(text -> {
                drops = text.by("culvert_dropped_packets_total", "cause");
                handshakes = text.sum("culvert_handshakes_total").orElse(handshakes);
            });
        } catch (IOException e) {
            // The fault has ended the daemon, or stopped it: what was counted before remains.
        }
    }

    /** Packets dropped by all daemons of this side, by cause. */
    Map<String, Long> dropped() {
        Map<String, Long> sums = new TreeMap<>();
        for (Map<String, Double> some : List.of(formerDrops, drops)) {
            some.forEach((cause, packets) -> sums.merge(cause, packets.longValue(), Long::sum));
        }
        sums.values().removeIf(packets -> packets == 0);
        return sums;
    }

    long handshakes() {
        return (long) (formerHandshakes + handshakes);
    }

    /** Waits for the end of the daemon, and returns its exit status. */
    int awaitEnd() throws IOException, InterruptedException {
        if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("the daemon of side " + name() + " has not ended after " + STOP.toSeconds() + " s");
        }
        drops.forEach((cause, packets) -> formerDrops.merge(cause, packets, Double::sum));
        formerHandshakes += handshakes;
        drops = Map.of();
        handshakes = 0;
        return process.exitValue();
    }

    void signal(String signal) throws IOException, InterruptedException {
        Shell.run("kill", "-" + signal, Long.toString(process.pid()));
    }

    long residentMebibytes() throws IOException {
        return Math.round(ResourceUsage.residentMebibytes(process.toHandle()));
    }

    long descriptors() throws IOException {
        return entries("fd");
    }

    long threads() throws IOException {
        return entries("task");
    }

    private long entries(String directory) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid(), directory))) {
            return all.count();
        }
    }

    long peers() throws IOException, InterruptedException {
        return wg("show", device, "peers").lines().count();
    }

    /** Messages of the log that no fault accounts for. */
    List<String> alarms() throws IOException {
        return logged().filter(
                        line -> line.contains("internal error") || line.contains("stuck") || line.contains("Exception"))
                .limit(10)
                .toList();
    }

    private Stream<String> logged() throws IOException {
        return Files.readString(log).lines();
    }

    private String lastLogged() throws IOException {
        return logged().filter(line -> !line.isBlank())
                .reduce((one, next) -> next)
                .orElse("it said nothing");
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            if (process != null) {
                // A stopped process ends when it goes on.
                Shell.outputOf(List.of("kill", "-CONT", Long.toString(process.pid())));
                process.destroy();
                if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            }
            Files.deleteIfExists(StatusReader.SOCKETS.resolve(device + ".sock"));
            Files.deleteIfExists(log);
        } catch (IOException e) {
            System.err.println("culvert: " + e.getMessage());
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
