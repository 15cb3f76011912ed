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
import java.util.concurrent.TimeUnit;

/** Relays, each {@code culvert overlay relay} in a process of its own. */
final class BenchRelays implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final List<Process> processes = new ArrayList<>();
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
        String address = "127.0.0.1:" + BenchEtcd.freePort();
        Path log = directory.resolve("relay-" + number + ".log");
        Process process = new ProcessBuilder(
                        launcher,
                        "overlay",
                        "relay",
                        BenchNetwork.NET,
                        "--directory=" + directory.resolve("relay"),
                        "--listen=" + address,
                        "--certificate=" + etcd.serverCertificate(),
                        "--key=" + etcd.serverKey())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        processes.add(process);
        addresses.add(URI.create("https://" + address));
        long end = System.nanoTime() + START.toNanos();
        while (!Files.readString(log).contains(" keys at revision ")) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException(
                        "the relay does not start: " + Files.readString(log).strip());
            }
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    List<URI> addresses() {
        return addresses;
    }

    /** CPU time that all have taken so far, in seconds. */
    double cpuSeconds() {
        return processes.stream()
                .mapToDouble(process -> BenchEtcd.cpuSeconds(process.toHandle()))
                .sum();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
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
}
