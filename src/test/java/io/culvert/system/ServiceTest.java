// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.DatagramReceiver;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process that carries several interfaces, which launchers hand over to it. */
@OnHost("curl")
class ServiceTest extends InNamespace {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final String METRICS = "127.0.0.1:9586";

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final String other = Names.next();
    private Path directory;
    private File log;
    private Process service;

    @BeforeEach
    void names(@TempDir Path temporary) {
        directory = temporary;
        log = Daemon.logFile(device + "-service");
    }

    private void startService(Map<String, String> more) {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "CULVERT_SERVICE",
                directory.toString(),
                "CULVERT_WARMUP",
                "off",
                "LOG_LEVEL",
                "info",
                "CULVERT_METRICS",
                METRICS));
        environment.putAll(more);
        service = namespace.start(environment, log, Program.CULVERT.command(), "service");
        // A service that was killed has left its file.
        String begin = service.pid() + " ";
        Path ready = directory.resolve("service");
        assertThat(Eventually.holds(
                        START,
                        () -> Files.exists(ready) && Repository.text(ready).startsWith(begin) || !service.isAlive()))
                .as(Repository.text(log.toPath()))
                .isTrue();
        assertThat(service.isAlive()).as(Repository.text(log.toPath())).isTrue();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        if (service != null) {
            service.destroy();
            assertThat(service.waitFor(SOON)).isTrue();
        }
    }

    private Command launch(Namespace from, String name) {
        return from.command(Program.CULVERT.command(), name).environment("CULVERT_SERVICE", directory.toString());
    }

    private String log() {
        return Repository.text(log.toPath());
    }

    /** What the service has left in its directory. */
    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** A tunnel from an interface of the service to a peer in another namespace, over the veth pair. */
    private void connect(Namespace end, String name, int number) {
        Key key = Key.generate();
        Key peerKey = Key.generate();
        Daemon peer = Daemon.start(Program.WIREGUARD_GO, end);
        opened.add(peer);
        String port = "5182" + number;
        new Wg(name)
                .set(("private-key " + key.file() + " listen-port " + port + " peer " + peerKey.pub()
                                + " allowed-ips 192.168.24" + number + ".2/32 endpoint 10.0.0.2:" + port)
                        .split(" "));
        peer.wg()
                .set(("private-key " + peerKey.file() + " listen-port " + port + " peer " + key.pub()
                                + " allowed-ips 192.168.24" + number + ".1/32")
                        .split(" "));
        end.ip("address", "add", "192.168.24" + number + ".2/24", "dev", peer.device());
        end.ip("link", "set", peer.device(), "up");
    }

    private void up(Namespace in, String name, int number) {
        in.ip("address", "add", "192.168.24" + number + ".1/24", "dev", name);
        in.ip("link", "set", name, "up");
    }

    @Test
    void carriesInterfacesOfAnyNamespaceUntilEachIsRemoved() throws IOException {
        startService(Map.of());
        try (Namespace end = Namespace.create();
                Namespace another = Namespace.create();
                Namespace anotherEnd = Namespace.create()) {
            Namespace.connect(namespace, "10.0.0.1/24", end, "10.0.0.2/24");
            Namespace.connect(another, "10.0.0.1/24", anotherEnd, "10.0.0.2/24");
            launch(namespace, device).run().expectSuccess();
            launch(another, other).run().expectSuccess();
            assertThat(namespace.ip("link", "show", device)).contains("mtu 1420");
            assertThat(another.ip("link", "show", other)).contains("mtu 1420");
            assertThat(another.processes()).as("no process of its own").isEmpty();
            up(namespace, device, 1);
            up(another, other, 2);
            connect(end, device, 1);
            connect(anotherEnd, other, 2);
            Ping.once(namespace, "192.168.241.2");
            Ping.once(another, "192.168.242.2");
            Metrics metrics = Metrics.of(namespace, METRICS);
            for (String name : List.of(device, other)) {
                assertThat(metrics.sum("culvert_handshakes_total\\{interface=\"" + name + "\".*}"))
                        .isEqualTo(1);
            }
            namespace.ip("link", "delete", device);
            assertThat(Eventually.holds(SOON, () -> !Files.exists(Daemon.socket(device))))
                    .isTrue();
            Ping.once(another, "192.168.242.2");
            Files.delete(Daemon.socket(other));
            assertThat(Eventually.holds(SOON, () -> another.interfaces().size() == 2))
                    .as("removing the socket removes the interface")
                    .isTrue();
            assertThat(service.isAlive()).isTrue();
            opened.forEach(one -> ((Daemon) one).close());
            opened.clear();
        }
        assertThat(files()).containsExactly("lock", "requests", "service");
        service.destroy();
        assertThat(Unchecked.call(() -> service.waitFor(SOON))).isTrue();
        assertThat(files()).containsExactly("lock");
    }

    /** Service and up have files in the same directory, here one of the test's own. */
    @Test
    void interfacesGoUpFromFilesBesideAService() throws IOException {
        Path file = directory.resolve(device + ".conf");
        Files.writeString(file, "[Interface]\nPrivateKey = " + Key.generate().secret() + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        namespace
                .command("unshare", "--mount", "bash", "-euc", """
                        mkdir -p /run/culvert
                        mount -t tmpfs tmpfs /run/culvert
                        "$0" service &
                        until [ -e /run/culvert/service ]; do kill -0 $!; sleep 0.1; done
                        "$0" up "$1"
                        wg show "$2"
                        "$0" down "$1"
                        kill $!
                        wait $!""", Program.CULVERT.command(), file.toString(), device)
                .environment("CULVERT_WARMUP", "off")
                .limit(START)
                .run()
                .expectSuccess();
    }

    @Test
    void anInterfaceThatFailsEndsAlone() {
        // The third call of getrandom by these threads alone fails.
        String fault = "-Dculvert.faults=getrandom@" + device + "-handshake-#3=error";
        startService(Map.of("CULVERT_JAVA_OPTS", fault, "CULVERT_WORKERS", "1"));
        try (Namespace end = Namespace.create()) {
            Namespace.connect(namespace, "10.0.0.1/24", end, "10.0.0.2/24");
            launch(namespace, device).run().expectSuccess();
            launch(namespace, other).run().expectSuccess();
            up(namespace, other, 2);
            connect(end, other, 2);
            Ping.once(namespace, "192.168.242.2");
            up(namespace, device, 1);
            for (int i = 0; i < 5 && Files.exists(Daemon.socket(device)); i++) {
                Command.of(
                                "wg",
                                "set",
                                device,
                                "private-key",
                                Key.generate().file().toString())
                        .run();
                Command.of(
                                "wg",
                                "set",
                                device,
                                "peer",
                                Key.generate().pub(),
                                "endpoint",
                                "10.0.0.2:9",
                                "allowed-ips",
                                "192.168.241.2/32")
                        .run();
                Ping.tryOnce(namespace, "192.168.241.2");
            }
            assertThat(Eventually.holds(SOON, () -> !Files.exists(Daemon.socket(device))))
                    .as(log())
                    .isTrue();
            assertThat(log()).contains("error: ", device + " ends: the device has failed");
            Ping.once(namespace, "192.168.242.2");
            launch(namespace, device).run().expectSuccess();
            opened.forEach(one -> ((Daemon) one).close());
            opened.clear();
        }
    }

    @Test
    void settingsOfTheCallerCountOrAreRefused() {
        startService(Map.of());
        launch(namespace, device).environment("CULVERT_WORKERS", "1").run().expectSuccess();
        assertThat(Metrics.of(namespace, METRICS).sum("culvert_workers\\{interface=\"" + device + "\"}"))
                .isEqualTo(1);
        assertThat(launch(namespace, other)
                        .environment("CULVERT_AEAD", "jce")
                        .run()
                        .expectFailure()
                        .allOutput())
                .startsWith("culvert: error: CULVERT_AEAD=jce: the service that is to carry " + other)
                .contains("CULVERT_SERVICE=off");
        assertThat(launch(namespace, other)
                        .environment("CULVERT_OFFLOADS", "nonsense")
                        .run()
                        .expectFailure()
                        .allOutput())
                .startsWith("culvert: error: CULVERT_OFFLOADS=nonsense: ");
        assertThat(launch(namespace, device).run().expectFailure().allOutput())
                .contains("interface " + device + " exists");
        assertThat(launch(namespace, "dmeo").run().expectFailure().allOutput()).contains("did you mean demo?");
        assertThat(namespace.interfaces()).hasSize(2);
    }

    @Test
    void serviceManagerHearsOfStartAndEnd() throws IOException {
        Path socket = directory.resolve("notify");
        try (DatagramReceiver receiver = new DatagramReceiver(socket.toString())) {
            startService(Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "10000000"));
            assertThat(receiver.await()).isEqualTo("READY=1\nSTATUS=no interfaces");
            assertThat(receiver.await()).isEqualTo("WATCHDOG=1");
            launch(namespace, device).run().expectSuccess();
            assertThat(receiver.await()).isEqualTo("STATUS=interfaces: " + device);
            namespace.ip("link", "delete", device);
            assertThat(receiver.await()).isEqualTo("STATUS=no interfaces");
            service.destroy();
            assertThat(receiver.await()).startsWith("STOPPING=1\nSTATUS=received SIGINT or SIGTERM");
        }
        Files.delete(socket);
    }

    /** Killed, it leaves its files, and interfaces start as they do without it. */
    @Test
    void aServiceThatWasKilledIsNotWaitedFor() {
        startService(Map.of());
        Command.output("kill", "-KILL", Long.toString(service.pid()));
        assertThat(Unchecked.call(() -> service.waitFor(SOON))).isTrue();
        assertThat(directory.resolve("service")).exists();
        launch(namespace, device).environment("CULVERT_WARMUP", "off").run().expectSuccess();
        assertThat(namespace.processes()).hasSize(1);
        namespace.ip("link", "delete", device);
        startService(Map.of());
        launch(namespace, other).run().expectSuccess();
        assertThat(namespace.processes()).as("the service's alone").hasSize(1);
        assertThat(namespace
                        .command(Program.CULVERT.command(), "service")
                        .environment("CULVERT_SERVICE", directory.toString())
                        .environment("CULVERT_WARMUP", "off")
                        .run()
                        .expectFailure()
                        .allOutput())
                .contains("another culvert service runs");
    }
}
