// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The conventions of userspace WireGuard programs: when they return, when they end, and that they leave nothing. */
@OnHost
class LifecycleTest extends InNamespace {
    private static final Duration END = Duration.ofMinutes(1);

    private Daemon start() {
        return Daemon.start(Program.CULVERT, namespace, device, Map.of());
    }

    private void assertNothingIsLeft() {
        assertThat(namespace.interfaces()).hasSize(1);
        assertThat(Daemon.socket(device)).doesNotExist();
        assertThat(Eventually.holds(END, () -> namespace.processes().isEmpty()))
                .as("no process is left: %s", namespace.processes())
                .isTrue();
    }

    @Test
    void returnsWhenTheInterfaceIsReady() {
        namespace.command(Program.CULVERT.command(), device).run().expectSuccess();
        namespace.output("wg", "set", device, "listen-port", "51820");
        assertThat(namespace.ip("link", "show", device)).contains("mtu 1420");
        assertThat(namespace.processes()).isNotEmpty();
        namespace.ip("link", "delete", device);
        assertThat(Eventually.holds(END, () -> namespace.processes().isEmpty())).isTrue();
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void endsOnASignal(String signal) {
        try (Daemon daemon = start()) {
            daemon.signal(signal);
            assertThat(daemon.hasEnded(END)).isTrue();
            assertThat(daemon.exitStatus()).isZero();
            assertNothingIsLeft();
        }
    }

    @Test
    void endsWhenItsInterfaceIsRemoved() {
        try (Daemon daemon = start()) {
            daemon.deleteInterface();
            assertThat(daemon.hasEnded(END)).isTrue();
            assertNothingIsLeft();
        }
    }

    @Test
    void endsWhenItsInterfaceIsRemovedUnderTraffic() {
        try (Daemon daemon = start()) {
            namespace.ip("address", "add", "192.168.241.1/24", "dev", device);
            namespace.ip("link", "set", device, "up");
            Key key = Key.generate();
            daemon.wg()
                    .set(
                            "private-key",
                            key.file().toString(),
                            "peer",
                            Key.generate().pub(),
                            "allowed-ips",
                            "0.0.0.0/0");
            Ping.tryOnce(namespace, "192.168.241.2").expectFailure();
            daemon.deleteInterface();
            assertThat(daemon.hasEnded(END)).isTrue();
            assertNothingIsLeft();
        }
    }

    @Test
    void endsWhenItsInterfaceIsRemovedFromAnotherNamespace() {
        try (Daemon daemon = start();
                Namespace other = Namespace.create()) {
            daemon.moveTo(other);
            assertThat(daemon.wg().show()).contains(device);
            daemon.deleteInterface();
            assertThat(daemon.hasEnded(END)).isTrue();
            assertNothingIsLeft();
        }
    }

    @Test
    void endsWhenItsSocketIsRemoved() throws IOException {
        try (Daemon daemon = start()) {
            Files.delete(Daemon.socket(device));
            assertThat(daemon.hasEnded(END)).isTrue();
            assertNothingIsLeft();
        }
    }

    @Test
    void startsAgainAfterItWasKilled() {
        try (Daemon daemon = start()) {
            daemon.signal("KILL");
            assertThat(daemon.hasEnded(END)).isTrue();
            assertThat(Daemon.socket(device))
                    .as("a killed process leaves its socket")
                    .exists();
        }
        try (Daemon daemon = start()) {
            assertThat(daemon.wg().show()).contains(device);
        }
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "yes"})
    void environmentVariableKeepsItInTheForeground(String value) {
        Map<String, String> environment = Map.of("WG_PROCESS_FOREGROUND", value, "LOG_LEVEL", "verbose");
        try (Daemon daemon = Daemon.start(namespace, device, environment, Program.CULVERT.command(), device)) {
            assertThat(daemon.process().isAlive()).isTrue();
            daemon.signal("TERM");
            assertThat(daemon.hasEnded(END)).isTrue();
            assertThat(daemon.log()).as("verbose").isNotBlank();
        }
    }

    @Test
    void logsNothingAtLevelSilent() {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace, device, Map.of("LOG_LEVEL", "silent"))) {
            daemon.signal("TERM");
            assertThat(daemon.hasEnded(END)).isTrue();
            assertThat(daemon.log()).isBlank();
        }
    }

    /** The socket gives access to the private key. */
    @Test
    void socketIsAccessibleToItsOwnerOnly() throws IOException {
        try (Daemon daemon = start()) {
            assertThat(Files.getPosixFilePermissions(Daemon.socket(daemon.device()))
                            .toString())
                    .doesNotContain("GROUP", "OTHERS");
        }
    }
}
