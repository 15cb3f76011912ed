// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Scenarios 60 to 62 of the kernel's netns test. What the kernel counts as objects that were created and destroyed are
 * here the processes, sockets and namespaces that remain; SecretsInMemoryTest, FloodAllocationTest and the simulations
 * look for what peers and sessions leave within a daemon.
 */
@OnHost
class NamespaceRemovalTest {
    /** A daemon lets go of the namespace of its interface every eight seconds. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Namespaces whose interfaces are used, so that routes are cached, are removed under the daemons. */
    @Test
    void daemonsEndWithTheNamespacesOfTheirInterfaces() {
        try (Tunnel tunnel = Tunnel.create(Program.CULVERT, Program.CULVERT)) {
            tunnel.configure();
            tunnel.connectIpv4();
            Ping.flood(tunnel.firstSide(), Tunnel.SECOND_IPV4);
            delete(tunnel.firstSide());
            delete(tunnel.secondSide());
            assertEnded(tunnel.first());
            assertEnded(tunnel.second());
            assertThat(tunnel.outside().processes()).isEmpty();
        }
    }

    /** The interface of each daemon lies in the namespace that has the sockets of the other. */
    @Test
    void namespacesThatHoldEachOthersInterfacesCanBeRemoved() {
        Namespace one = Namespace.create();
        Namespace two = Namespace.create();
        try (Daemon first = Daemon.start(Program.CULVERT, one);
                Daemon second = Daemon.start(Program.CULVERT, two)) {
            first.moveTo(two);
            second.moveTo(one);
            one.ip("link", "set", second.device(), "up");
            two.ip("link", "set", first.device(), "up");
            delete(one);
            // The first daemon's sockets keep the namespace, and with it the interface of the second.
            assertThat(second.process().isAlive()).isTrue();
            two.ip("link", "delete", first.device());
            assertEnded(first);
            assertEnded(second);
        } finally {
            one.close();
            two.close();
        }
    }

    private static void delete(Namespace namespace) {
        Command.output("ip", "netns", "delete", namespace.name());
    }

    private static void assertEnded(Daemon daemon) {
        assertThat(daemon.hasEnded(LIMIT)).as(daemon.log()).isTrue();
        assertThat(daemon.exitStatus()).as(daemon.log()).isZero();
        assertThat(Files.exists(Daemon.socket(daemon.device()))).isFalse();
        assertThat(Path.of("/proc/" + daemon.process().pid())).doesNotExist();
    }
}
