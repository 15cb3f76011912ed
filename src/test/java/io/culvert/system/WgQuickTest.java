// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wg-quick} with Culvert as the userspace implementation. */
@OnHost("wg-quick")
class WgQuickTest {
    private static final Duration END = Duration.ofMinutes(1);

    private final Key oneKey = Key.generate();
    private final Key twoKey = Key.generate();
    private Namespace one;
    private Namespace two;

    @TempDir
    private Path directory;

    @BeforeEach
    void create() {
        Assumptions.assumeFalse(
                Files.exists(Path.of("/sys/module/wireguard")),
                "wg-quick does not use a userspace program if the kernel's module is loaded");
        one = Namespace.create();
        two = Namespace.create();
        Namespace.connect(one, "192.168.99.1/24", two, "192.168.99.2/24");
    }

    @AfterEach
    void close() {
        if (one != null) {
            one.close();
            two.close();
        }
    }

    private Path configuration(Key own, String address, Key peer, String peerAddress, String endpoint)
            throws IOException {
        Path file = directory.resolve(Names.next() + ".conf");
        Files.writeString(
                file, """
                [Interface]
                PrivateKey = %s
                ListenPort = 51820
                Address = %s/24, fd00:9::%s/64
                MTU = 1400

                [Peer]
                PublicKey = %s
                AllowedIPs = %s/32, fd00:9::/64
                Endpoint = %s:51820
                PersistentKeepalive = 25
                """.formatted(own.secret(), address, address.substring(8), peer.pub(), peerAddress, endpoint));
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
        return file;
    }

    private static void wgQuick(Namespace namespace, String verb, Path file) {
        namespace
                .command("wg-quick", verb, file.toString())
                .environment("WG_QUICK_USERSPACE_IMPLEMENTATION", Program.CULVERT.command())
                .run()
                .expectSuccess();
    }

    @Test
    void goesUpAndDownTwiceInARow() throws IOException {
        Path first = configuration(oneKey, "10.99.0.1", twoKey, "10.99.0.2", "192.168.99.2");
        Path second = configuration(twoKey, "10.99.0.2", oneKey, "10.99.0.1", "192.168.99.1");
        for (int round = 0; round < 2; round++) {
            wgQuick(one, "up", first);
            wgQuick(two, "up", second);
            assertThat(one.ip("link")).contains("mtu 1400");
            Ping.once(one, "10.99.0.2");
            Ping.once(two, "10.99.0.1");
            wgQuick(one, "down", first);
            wgQuick(two, "down", second);
            for (Namespace namespace : new Namespace[] {one, two}) {
                assertThat(Eventually.holds(END, () -> namespace.processes().isEmpty()))
                        .as("no process is left in round %d", round)
                        .isTrue();
                assertThat(namespace.interfaces()).as("loopback and veth").hasSize(2);
            }
        }
    }
}
