// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.trust.NetworkFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Relays, each {@code culvert overlay relay} in a process of its own. */
final class BenchRelays implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final List<BenchProcess> processes = new ArrayList<>();
    private final List<URI> addresses = new ArrayList<>();

    private BenchRelays() {}

    /** Starts so many; returns when all serve. */
    static BenchRelays start(int count, BenchEtcd etcd, Key enrolmentKey, Path directory, String launcher)
            throws IOException, InterruptedException {
        BenchRelays relays = new BenchRelays();
        try {
            if (count > 0) {
                Path files = Files.createDirectory(directory.resolve("relay"));
                new NetworkFile(BenchNetwork.NET, Optional.empty(), List.of(etcd.address()), List.of(enrolmentKey))
                        .write(files.resolve("network.json"));
                Files.copy(etcd.ca(), files.resolve("ca.pem"));
                Files.copy(etcd.clientCertificate(), files.resolve("client.pem"));
                Files.copy(etcd.clientKey(), files.resolve("client.key"));
            }
            for (int number = 0; number < count; number++) {
                relays.start(number, etcd, directory, launcher);
            }
            return relays;
        } catch (IOException | InterruptedException | RuntimeException e) {
            relays.close();
            throw e;
        }
    }

    private void start(int number, BenchEtcd etcd, Path directory, String launcher)
            throws IOException, InterruptedException {
        String address = "127.0.0.1:" + BenchProcess.freePort();
        processes.add(BenchProcess.start(
                "the relay",
                directory.resolve("relay-" + number + ".log"),
                " keys at revision ",
                START,
                List.of(
                        launcher,
                        "overlay",
                        "relay",
                        BenchNetwork.NET,
                        "--directory=" + directory.resolve("relay"),
                        "--listen=" + address,
                        "--certificate=" + etcd.serverCertificate(),
                        "--key=" + etcd.serverKey())));
        addresses.add(URI.create("https://" + address));
    }

    List<URI> addresses() {
        return addresses;
    }

    /** CPU time that all have taken so far, in seconds. */
    double cpuSeconds() {
        return processes.stream().mapToDouble(BenchProcess::cpuSeconds).sum();
    }

    @Override
    public void close() {
        processes.forEach(BenchProcess::destroy);
        processes.forEach(BenchProcess::close);
    }
}
