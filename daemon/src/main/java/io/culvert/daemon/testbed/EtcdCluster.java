// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The etcd of the system: one member or several, in one network namespace, each with an address of its own. Closing
 * ends the members; their data stay in the directory. For one thread.
 */
public final class EtcdCluster implements AutoCloseable {
    private static final int CLIENT_PORT = 2379;
    private static final int PEER_PORT = 2380;
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(50);

    private final NetworkNamespace namespace;
    private final Path directory;
    private final List<String> addresses;
    private final Optional<Tls> tls;
    private final Process[] members;
    private int generation;

    private EtcdCluster(NetworkNamespace namespace, Path directory, List<String> addresses, Optional<Tls> tls) {
        this.namespace = namespace;
        this.directory = directory;
        this.addresses = List.copyOf(addresses);
        this.tls = tls;
        members = new Process[addresses.size()];
    }

    /**
     * Certificates in PEM.
     *
     * @param ca of all members and clients
     * @param certificate of one party
     * @param key its private key
     */
    public record Tls(Path ca, Path certificate, Path key) {}

    /**
     * Starts a cluster without data, and waits until it answers.
     *
     * @param directory of data and logs
     * @param addresses of the namespace, one for each member
     * @param tls of the members, for clients and each other; without it there is neither encryption nor authentication
     * @throws IOException if it does not start, with the last line of a member's log
     */
    public static EtcdCluster start(
            NetworkNamespace namespace, Path directory, List<String> addresses, Optional<Tls> tls)
            throws IOException, InterruptedException {
        EtcdCluster cluster = new EtcdCluster(namespace, directory, addresses, tls);
        try {
            for (int member = 0; member < addresses.size(); member++) {
                cluster.startMember(member);
            }
            cluster.awaitAnswer();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** The clients' URLs of all members, with commas between them. */
    public String endpoints() {
        return addresses.stream().map(address -> url(address, CLIENT_PORT)).collect(Collectors.joining(","));
    }

    /** Starts a member with the data that it has. */
    public void startMember(int member) throws IOException {
        members[member] = namespace.background(log(member), command(member)).start();
    }

    /** Kills a member by SIGKILL, and waits for its end. */
    public void killMember(int member) throws InterruptedException {
        members[member].destroyForcibly().waitFor();
    }

    /** The index of the leader, as the members that answer see it; empty if there is none. */
    public Optional<Integer> leader(Optional<Tls> client) throws IOException, InterruptedException {
        // Columns: endpoint, ID, version, size, is leader.
        return etcdctl(client, "endpoint", "status")
                .run()
                .output()
                .lines()
                .map(line -> line.split(", "))
                .filter(fields -> fields.length > 4 && fields[4].equals("true"))
                .map(fields -> addresses.indexOf(
                        fields[0].replaceFirst("^https?://", "").replaceFirst(":\\d+$", "")))
                .findFirst();
    }

    /** A run of etcdctl against all members. */
    public Subprocess etcdctl(Optional<Tls> client, String... arguments) {
        return etcdctl(endpoints(), client, arguments);
    }

    /** Waits until a read with consensus is answered; with authentication that may be a refusal. */
    public void awaitAnswer() throws IOException, InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        while (true) {
            Subprocess.Result result =
                    etcdctl(tls, "--command-timeout=2s", "get", "none").run();
            String error = result.error();
            boolean isRefused =
                    error.contains("etcdserver: ") && !error.contains("timed out") && !error.contains("leader");
            if (result.exit() == 0 || isRefused) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("etcd does not answer after " + START.toSeconds() + " s: " + error);
            }
            Thread.sleep(STEP);
        }
    }

    /** Writes a backup of the first member's data to a file. */
    public void save(Path file, Optional<Tls> client) throws IOException, InterruptedException {
        etcdctl(url(addresses.getFirst(), CLIENT_PORT), client, "snapshot", "save", file.toString())
                .run()
                .requireSuccess();
    }

    /** Kills all members, replaces their data by a backup, and starts them. */
    public void restore(Path file) throws IOException, InterruptedException {
        close();
        generation++;
        for (int member = 0; member < members.length; member++) {
            Subprocess.of(
                            "etcdctl",
                            "snapshot",
                            "restore",
                            file.toString(),
                            "--name=m" + member,
                            "--data-dir=" + data(member),
                            "--initial-cluster=" + initialCluster(),
                            "--initial-advertise-peer-urls=" + url(addresses.get(member), PEER_PORT))
                    .run()
                    .requireSuccess();
            startMember(member);
        }
        awaitAnswer();
    }

    /** CPU time that the members have used so far, in seconds. */
    public double cpuSeconds() throws IOException {
        double sum = 0;
        for (Process member : members) {
            sum += ResourceUsage.cpuSeconds(member.toHandle());
        }
        return sum;
    }

    private Subprocess etcdctl(String endpoints, Optional<Tls> client, String... arguments) {
        List<String> words = new ArrayList<>(List.of("etcdctl", "--endpoints=" + endpoints));
        client.ifPresent(files -> words.addAll(
                List.of("--cacert=" + files.ca(), "--cert=" + files.certificate(), "--key=" + files.key())));
        words.addAll(List.of(arguments));
        return namespace.command(words.toArray(String[]::new));
    }

    private List<String> command(int member) {
        String client = url(addresses.get(member), CLIENT_PORT);
        String peer = url(addresses.get(member), PEER_PORT);
        List<String> words = new ArrayList<>(List.of(
                "etcd",
                "--name=m" + member,
                "--data-dir=" + data(member),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + initialCluster(),
                "--logger=zap"));
        tls.ifPresent(files -> {
            for (String role : List.of("", "peer-")) {
                words.addAll(List.of(
                        "--" + role + "cert-file=" + files.certificate(),
                        "--" + role + "key-file=" + files.key(),
                        "--" + role + "trusted-ca-file=" + files.ca(),
                        "--" + role + "client-cert-auth"));
            }
        });
        return words;
    }

    private String initialCluster() {
        return IntStream.range(0, addresses.size())
                .mapToObj(member -> "m" + member + "=" + url(addresses.get(member), PEER_PORT))
                .collect(Collectors.joining(","));
    }

    private String url(String address, int port) {
        return (tls.isPresent() ? "https://" : "http://") + address + ":" + port;
    }

    private Path data(int member) {
        return directory.resolve("etcd-" + member + "-" + generation);
    }

    private Path log(int member) {
        return directory.resolve("etcd-" + member + ".log");
    }

    @Override
    public void close() {
        for (Process member : members) {
            if (member != null) {
                member.destroyForcibly();
                member.onExit().join();
            }
        }
    }
}
