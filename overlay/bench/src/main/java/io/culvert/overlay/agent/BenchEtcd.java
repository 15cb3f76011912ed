// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.pki.LabAuthority;
import io.culvert.overlay.store.EtcdSettings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One member of etcd on the loopback interface, with TLS and with fsync, and the certificates for it: those of the
 * relays, which are the server's, and that of node-0, which all agents use.
 */
final class BenchEtcd implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BenchEtcd.class.getName());
    /** Each process begins elsewhere, so that those that run at once seldom ask for the same port. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger(20_000 + (int) (ProcessHandle.current().pid() % 10_000));

    static final String CLIENT = "node-0." + BenchNetwork.NET;
    private static final Duration START = Duration.ofSeconds(30);

    private final Path directory;
    private final URI address;
    private final Process process;

    private BenchEtcd(Path directory) throws IOException {
        this.directory = directory;
        LabAuthority authority = LabAuthority.in(directory.resolve("lab"));
        authority.issueServer(List.of("ip:127.0.0.1"));
        authority.issueClient(CLIENT);
        authority.writeAuthority(ca());
        authority.write("server", serverCertificate(), serverKey());
        authority.write(CLIENT, clientCertificate(), clientKey());
        address = URI.create("https://127.0.0.1:" + freePort());
        String peer = "http://127.0.0.1:" + freePort();
        process = new ProcessBuilder(
                        "etcd",
                        "--name=one",
                        "--data-dir=" + directory.resolve("data"),
                        "--listen-client-urls=" + address,
                        "--advertise-client-urls=" + address,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=one=" + peer,
                        "--trusted-ca-file=" + ca(),
                        "--cert-file=" + serverCertificate(),
                        "--key-file=" + serverKey(),
                        "--client-cert-auth")
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    /** Starts one, whose files lie in a directory that the caller removes. */
    static BenchEtcd start(Path directory) throws IOException, InterruptedException {
        BenchEtcd etcd = new BenchEtcd(directory);
        long end = System.nanoTime() + START.toNanos();
        while (!Files.readString(etcd.log()).contains("ready to serve client requests")) {
            if (!etcd.process.isAlive() || System.nanoTime() > end) {
                List<String> lines = Files.readAllLines(etcd.log());
                etcd.close();
                throw new IOException("etcd does not start: " + (lines.isEmpty() ? "" : lines.getLast()));
            }
            Thread.sleep(Duration.ofMillis(20));
        }
        return etcd;
    }

    /** A free port of the loopback interface, below those that the kernel gives to outgoing connections. */
    static int freePort() throws IOException {
        while (true) {
            int port = NEXT_PORT.getAndIncrement();
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException e) {
                LOG.log(Level.DEBUG, "port {0} is taken", String.valueOf(port));
            }
        }
    }

    private Path log() {
        return directory.resolve("etcd.log");
    }

    Path ca() {
        return directory.resolve("ca.pem");
    }

    Path serverCertificate() {
        return directory.resolve("server.pem");
    }

    Path serverKey() {
        return directory.resolve("server.key");
    }

    Path clientCertificate() {
        return directory.resolve("client.pem");
    }

    Path clientKey() {
        return directory.resolve("client.key");
    }

    URI address() {
        return address;
    }

    /** How clients reach it. */
    EtcdSettings settings() {
        return new EtcdSettings(
                List.of(address), Optional.of(ca()), Optional.of(clientCertificate()), Optional.of(clientKey()));
    }

    /** CPU time of a process so far, in seconds. */
    static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /** CPU time that it has taken so far, in seconds. */
    double cpuSeconds() {
        return cpuSeconds(process.toHandle());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
