// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.pki.LabAuthority;
import io.culvert.overlay.store.EtcdSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One member of etcd on the loopback interface, with TLS and with fsync, and the certificates for it: those of the
 * relays, which are the server's, and that of node-0, which all agents use.
 */
final class BenchEtcd implements AutoCloseable {
    static final String CLIENT = "node-0." + BenchNetwork.NET;
    private static final Duration START = Duration.ofSeconds(30);

    private final Path directory;
    private final URI address;
    private final BenchProcess process;

    /** Starts one, whose files lie in a directory that the caller removes; returns when it serves. */
    BenchEtcd(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        LabAuthority authority = LabAuthority.in(directory.resolve("lab"));
        authority.issueServer(List.of("ip:127.0.0.1"));
        authority.issueClient(CLIENT);
        authority.writeAuthority(ca());
        authority.write("server", serverCertificate(), serverKey());
        authority.write(CLIENT, clientCertificate(), clientKey());
        address = URI.create("https://127.0.0.1:" + BenchProcess.freePort());
        String peer = "http://127.0.0.1:" + BenchProcess.freePort();
        process = BenchProcess.start(
                "etcd",
                directory.resolve("etcd.log"),
                "ready to serve client requests",
                START,
                List.of(
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
                        "--client-cert-auth"));
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

    /** CPU time that it has taken so far, in seconds. */
    double cpuSeconds() {
        return process.cpuSeconds();
    }

    @Override
    public void close() {
        process.close();
    }
}
