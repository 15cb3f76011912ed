// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a running tunnel reacts to changes of its interface, its peers and the network. */
@OnHost
class TunnelStateTest {
    private static final Duration SOON = Duration.ofMinutes(1);

    private static Tunnel tunnel;

    @BeforeAll
    static void create() {
        tunnel = Tunnel.create(Program.CULVERT, Program.WIREGUARD_GO);
    }

    @AfterAll
    static void close() {
        tunnel.close();
    }

    @BeforeEach
    void configure() {
        tunnel.configure();
        tunnel.connectIpv4();
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
    }

    @Test
    void tunnelWorksAgainAfterDownAndUp() {
        tunnel.firstSide().ip("link", "set", tunnel.first().device(), "down");
        assertThat(Eventually.holds(SOON, () -> !openPorts().contains(":1 ")))
                .as("the port is closed while the interface is down: %s", openPorts())
                .isTrue();
        tunnel.firstSide().ip("link", "set", tunnel.first().device(), "up");
        assertThat(Eventually.holds(SOON, () -> openPorts().contains(":1 "))).isTrue();
        // An interface that goes down loses its IPv6 addresses but keeps those of IPv4.
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        tunnel.firstSide()
                .ip(
                        "address",
                        "replace",
                        Tunnel.FIRST_IPV6 + "/112",
                        "dev",
                        tunnel.first().device(),
                        "nodad");
    }

    private static String openPorts() {
        return tunnel.outside().output("ss", "-Huln");
    }

    @Test
    void removedPeerGetsNoAnswer() {
        tunnel.first().wg().set("peer", tunnel.secondKey().pub(), "remove");
        Ping.tryOnce(tunnel.firstSide(), Tunnel.SECOND_IPV4).expectFailure();
        Ping.tryOnce(tunnel.secondSide(), Tunnel.FIRST_IPV4).expectFailure();
    }

    @Test
    void differentPresharedKeyIsRefused() {
        Wg first = tunnel.first().wg();
        first.set("peer", tunnel.secondKey().pub(), "remove");
        first.set(
                "peer",
                tunnel.secondKey().pub(),
                "preshared-key",
                Key.generate().file().toString(),
                "endpoint",
                "127.0.0.1:2",
                "allowed-ips",
                Tunnel.SECOND_IPV4 + "/32");
        Ping.tryOnce(tunnel.firstSide(), Tunnel.SECOND_IPV4).expectFailure();
        assertThat(first.latestHandshake(tunnel.secondKey())).isZero();
    }

    @Test
    void persistentKeepaliveStartsWhenEnabled() {
        Wg first = tunnel.first().wg();
        long before = first.sent(tunnel.secondKey());
        first.set("peer", tunnel.secondKey().pub(), "persistent-keepalive", "1");
        assertThat(Eventually.holds(Duration.ofSeconds(5), () -> first.sent(tunnel.secondKey()) >= before + 3 * 32))
                .as("three keepalives in less than five seconds")
                .isTrue();
        first.set("peer", tunnel.secondKey().pub(), "persistent-keepalive", "off");
        assertThat(first.show("persistent-keepalive", tunnel.secondKey())).isEqualTo("off");
    }

    /** Packet sizes from 0 to beyond the MTU; larger packets are fragmented inside the tunnel. */
    @Test
    void packetsOfAllSizesPass() {
        for (int size : new int[] {0, 1, 15, 16, 17, 1_391, 1_392, 1_393, 4_000, 20_000, 65_000}) {
            Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4, "-s", Integer.toString(size));
            Ping.once(tunnel.secondSide(), Tunnel.FIRST_IPV6, "-s", Integer.toString(size));
        }
    }
}
