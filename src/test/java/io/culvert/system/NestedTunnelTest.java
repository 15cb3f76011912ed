// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Scenarios 10 and 19 to 21 of the kernel's netns test: tunnels inside of tunnels, in circles too, and padding. */
@OnHost({"iperf3", "nft"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NestedTunnelTest {
    private static final String FIRST = "192.168.99.1";
    private static final String SECOND = "192.168.99.2";
    private static final String FIRST_OUTSIDE = "fd00::5:1";
    private static final String SECOND_OUTSIDE = "fd00::5:2";
    private static final int MTU = 1340;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration QUIET = Duration.ofMillis(500);

    private final Key firstKey = Key.generate();
    private final Key secondKey = Key.generate();
    private Tunnel outer;
    private Daemon first;
    private Daemon second;

    @BeforeAll
    void create() {
        outer = Tunnel.create(Program.CULVERT, Program.WIREGUARD_GO);
        outer.configure();
        outer.connectIpv4();
        outer.firstSide()
                .ip(
                        "-6",
                        "address",
                        "add",
                        FIRST_OUTSIDE + "/112",
                        "dev",
                        outer.first().device(),
                        "nodad");
        outer.secondSide()
                .ip(
                        "-6",
                        "address",
                        "add",
                        SECOND_OUTSIDE + "/112",
                        "dev",
                        outer.second().device(),
                        "nodad");
        allow(outer.first(), outer.secondKey(), "192.168.241.2/32,fd00::2/128," + SECOND_OUTSIDE + "/128");
        allow(outer.second(), outer.firstKey(), "192.168.241.1/32,fd00::1/128," + FIRST_OUTSIDE + "/128");
        first = Daemon.start(Program.CULVERT, outer.firstSide());
        second = Daemon.start(Program.WIREGUARD_GO, outer.secondSide());
        up(first, firstKey, FIRST, 3, secondKey, SECOND, "[" + SECOND_OUTSIDE + "]:4");
        up(second, secondKey, SECOND, 4, firstKey, FIRST, "[" + FIRST_OUTSIDE + "]:3");
    }

    private static void allow(Daemon daemon, Key peer, String allowedIps) {
        daemon.wg().set("peer", peer.pub(), "allowed-ips", allowedIps);
    }

    private static void up(
            Daemon daemon, Key own, String address, int port, Key peer, String peerAddress, String endpoint) {
        daemon.wg()
                .set(("private-key " + own.file() + " listen-port " + port + " peer " + peer.pub() + " allowed-ips "
                                + peerAddress + "/32 endpoint " + endpoint)
                        .split(" "));
        address(daemon, address);
    }

    private static void address(Daemon daemon, String address) {
        daemon.namespace().ip("address", "add", address + "/24", "dev", daemon.device());
        daemon.namespace().ip("link", "set", daemon.device(), "mtu", "" + MTU, "up");
    }

    @AfterAll
    void close() {
        for (Daemon daemon : new Daemon[] {first, second}) {
            if (daemon != null) {
                daemon.close();
            }
        }
        outer.close();
    }

    /** Scenario 19. */
    @Test
    void aTunnelCarriesATunnel() {
        Ping.once(outer.firstSide(), SECOND);
        Ping.flood(outer.secondSide(), FIRST);
        Ping.flood(outer.firstSide(), SECOND);
        Iperf.tcp(outer.firstSide(), outer.secondSide(), SECOND);
        Iperf.tcp(outer.secondSide(), outer.firstSide(), FIRST, "-P", "2");
        Iperf.udp(outer.firstSide(), outer.secondSide(), SECOND);
    }

    /** Scenario 10, with the interface's MTU in the place of a route's: a packet is not padded beyond it. */
    @Test
    void paddingStopsAtTheMtu() {
        int mtu = 1299;
        outer.setMtu(mtu);
        outer.outside()
                .output(
                        "nft",
                        "add table ip padding; add chain ip padding in { type filter hook input priority filter; };"
                                + " add rule ip padding in ip length " + (mtu + 1 + 32 + 28) + " drop");
        try {
            Ping.once(outer.firstSide(), Tunnel.SECOND_IPV4, "-M", "do", "-s", Integer.toString(mtu - 28));
            Ping.once(outer.firstSide(), Tunnel.SECOND_IPV4, "-M", "do", "-s", Integer.toString(mtu - 30));
        } finally {
            outer.outside().output("nft", "delete table ip padding");
            outer.setMtu(Tunnel.MTU);
        }
    }

    /**
     * Scenarios 20 and 21: the inner interface moves away, and then carries the outer tunnel that carries it. Packets
     * that have grown beyond the MTU go on as fragments, so that the loop goes on as long as the route leads into it.
     */
    @Test
    void aLoopThroughNamespacesEndsWithItsRoute() {
        first.moveTo(outer.outside());
        address(first, FIRST);
        Ping.once(outer.outside(), SECOND);
        outer.first().wg().set("peer", outer.secondKey().pub(), "endpoint", SECOND + ":2");
        try {
            Ping.tryOnce(outer.outside(), SECOND).expectFailure();
        } finally {
            outer.connectIpv4();
        }
        assertThat(Eventually.holds(LIMIT, () -> {
                    long before = bytesSent(first);
                    Eventually.pause(QUIET);
                    return bytesSent(first) == before;
                }))
                .as("nothing goes round any more")
                .isTrue();
        Ping.once(outer.outside(), SECOND);
        first.moveTo(outer.firstSide());
        address(first, FIRST);
        Ping.once(outer.firstSide(), SECOND);
    }

    private static long bytesSent(Daemon daemon) {
        return Long.parseLong(
                daemon.namespace().output("cat", "/sys/class/net/" + daemon.device() + "/statistics/tx_bytes"));
    }
}
