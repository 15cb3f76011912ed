// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scenarios 43, 44 and 59 of the kernel's netns test: what an interface sends by itself once it is up. */
@OnHost
class LinkUpTest extends InNamespace {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final int PORT = 1111;
    /** Points of low order on Curve25519, and others that have the same coordinate modulo 2^255 - 19. */
    private static final List<String> LOW_ORDER = List.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

    private final Key own = Key.generate();
    private final Key peer = Key.generate();

    /** With a persistent keepalive, an interface begins a handshake when it goes up. */
    @Test
    void anInterfaceWithAKeepaliveSendsWhenItGoesUp() {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace)) {
            daemon.wg().set("private-key", own.file().toString());
            addPeer(daemon);
            assertThat(daemon.wg().sent(peer)).isZero();
            namespace.ip("link", "set", daemon.device(), "up");
            assertThat(Eventually.holds(SOON, () -> daemon.wg().sent(peer) > 0)).isTrue();
        }
    }

    /** Without a private key it sends nothing, and with the key at once. */
    @Test
    void anInterfaceThatIsUpSendsWhenItGetsAPrivateKey() {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace)) {
            addPeer(daemon);
            namespace.ip("link", "set", daemon.device(), "up");
            Eventually.pause(Duration.ofSeconds(2));
            assertThat(daemon.wg().sent(peer)).isZero();
            daemon.wg().set("private-key", own.file().toString());
            assertThat(Eventually.holds(SOON, () -> daemon.wg().sent(peer) > 0)).isTrue();
        }
    }

    private void addPeer(Daemon daemon) {
        daemon.wg()
                .set(("peer " + peer.pub() + " endpoint 127.0.0.1:" + PORT
                                + " allowed-ips 10.0.0.1/32 persistent-keepalive 1")
                        .split(" "));
    }

    /** Peers whose key is a point of low order are listed, and get no message. */
    @Test
    void peersOfLowOrderGetNoMessage() throws Exception {
        try (DatagramChannel endpoint = namespace.network().call(DatagramChannel::open);
                Daemon daemon = Daemon.start(Program.CULVERT, namespace)) {
            endpoint.bind(new InetSocketAddress("127.0.0.1", PORT)).configureBlocking(false);
            daemon.wg().set("private-key", own.file().toString());
            List<String> keys = LOW_ORDER.stream()
                    .map(key ->
                            Base64.getEncoder().encodeToString(HexFormat.of().parseHex(key)))
                    .toList();
            for (String key : keys) {
                daemon.wg().set("peer", key, "persistent-keepalive", "1", "endpoint", "127.0.0.1:" + PORT);
            }
            namespace.ip("link", "set", daemon.device(), "up");
            assertThat(daemon.wg().peers()).containsExactlyInAnyOrderElementsOf(keys);
            Eventually.pause(Duration.ofSeconds(2));
            assertThat(endpoint.receive(ByteBuffer.allocate(2048))).isNull();
            addPeer(daemon);
            assertThat(Eventually.holds(
                            SOON, () -> Unchecked.call(() -> endpoint.receive(ByteBuffer.allocate(2048)) != null)))
                    .as("a peer with a real key gets one")
                    .isTrue();
        }
    }
}
