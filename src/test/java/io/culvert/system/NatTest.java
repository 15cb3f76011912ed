// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Topology B of the kernel's netns test, scenarios 22 to 32: the first end is behind a router that translates
 * addresses.
 *
 * <pre>
 *   first 192.168.1.100 ---- 192.168.1.1 router 10.0.0.1 ---- 10.0.0.100 second
 * </pre>
 */
@OnHost("nft")
class NatTest {
    private static final String FIRST = "192.168.241.1";
    private static final String SECOND = "192.168.241.2";
    /** Longer than the router knows a flow without packets. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(3);

    private static final Key FIRST_KEY = Key.generate();
    private static final Key SECOND_KEY = Key.generate();
    private static Namespace firstSide;
    private static Namespace router;
    private static Namespace secondSide;
    private static Daemon first;
    private static Daemon second;

    @BeforeAll
    static void create() {
        firstSide = Namespace.create();
        router = Namespace.create();
        secondSide = Namespace.create();
        Namespace.connect(firstSide, "192.168.1.100/24", router, "192.168.1.1/24");
        Unchecked.call(() -> {
            NetworkNamespace.connect(router.network(), "veth1", secondSide.network(), "veth0", 1500);
            return null;
        });
        router.ip("address", "add", "10.0.0.1/24", "dev", "veth1");
        router.ip("link", "set", "veth1", "up");
        secondSide.ip("address", "add", "10.0.0.100/24", "dev", "veth0");
        secondSide.ip("link", "set", "veth0", "up");
        firstSide.ip("route", "add", "default", "via", "192.168.1.1");
        router.write("/proc/sys/net/ipv4/ip_forward", "1");
        router.output(
                "nft",
                "add table ip nat; add chain ip nat out { type nat hook postrouting priority srcnat; };"
                        + " add rule ip nat out ip saddr 192.168.1.0/24 oifname veth1 snat to 10.0.0.1");
        router.write("/proc/sys/net/netfilter/nf_conntrack_udp_timeout", "2");
        router.write("/proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream", "2");
        first = Daemon.start(Program.CULVERT, firstSide);
        second = Daemon.start(Program.CULVERT, secondSide);
        up(first, FIRST_KEY, FIRST, 1, SECOND_KEY, SECOND + "/32");
        up(second, SECOND_KEY, SECOND, 2, FIRST_KEY, FIRST + "/32");
        first.wg().set("peer", SECOND_KEY.pub(), "endpoint", "10.0.0.100:2", "persistent-keepalive", "1");
    }

    private static void up(Daemon daemon, Key own, String address, int port, Key peer, String allowedIps) {
        daemon.wg()
                .set(("private-key " + own.file() + " listen-port " + port + " peer " + peer.pub() + " allowed-ips "
                                + allowedIps)
                        .split(" "));
        daemon.namespace().ip("address", "add", address + "/24", "dev", daemon.device());
        daemon.namespace().ip("link", "set", daemon.device(), "up");
    }

    @AfterAll
    static void close() {
        for (Daemon daemon : new Daemon[] {first, second}) {
            if (daemon != null) {
                daemon.close();
            }
        }
        firstSide.close();
        router.close();
        secondSide.close();
    }

    /** Scenarios 22 to 25: a persistent keepalive keeps the way through the router open. */
    @Test
    void persistentKeepaliveKeepsTheWayOpen() {
        Ping.once(firstSide, SECOND);
        Ping.once(secondSide, FIRST);
        assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo("10.0.0.1:1");
        Eventually.pause(FORGOTTEN);
        Ping.once(secondSide, FIRST);
        first.wg().set("peer", SECOND_KEY.pub(), "persistent-keepalive", "0");
        assertThat(first.wg().show("persistent-keepalive", SECOND_KEY)).isEqualTo("off");
        first.wg().set("peer", SECOND_KEY.pub(), "persistent-keepalive", "1");
    }

    /** Scenarios 26 to 28: sockets bound to the interface, and packets that a rule marks and so routes again. */
    @Test
    void pingsPassThatAreBoundToTheInterfaceOrMarked() {
        Ping.once(firstSide, SECOND, "-I", first.device());
        firstSide.output(
                "nft",
                "add table ip mangle; add chain ip mangle out { type route hook output priority mangle; };"
                        + " add rule ip mangle out meta mark set 0x1");
        try {
            Ping.once(firstSide, SECOND);
            Ping.once(firstSide, SECOND, "-I", first.device());
        } finally {
            firstSide.output("nft", "delete table ip mangle");
        }
    }

    /** Scenario 29: the endpoint of a peer lies inside the tunnel to another one, on the same interface. */
    @Test
    void theEndpointOfAPeerMayLieBehindAnotherPeer() {
        Key third = Key.generate();
        Daemon inner = Daemon.start(Program.WIREGUARD_GO, secondSide);
        try {
            up(inner, third, "192.168.242.2", 5, FIRST_KEY, "192.168.242.1/32");
            firstSide.ip("address", "add", "192.168.242.1/24", "dev", first.device());
            first.wg().set("peer", third.pub(), "allowed-ips", "192.168.242.2/32", "endpoint", SECOND + ":5");
            Ping.once(firstSide, "192.168.242.2");
        } finally {
            first.wg().set("peer", third.pub(), "remove");
            firstSide.ip("address", "delete", "192.168.242.1/24", "dev", first.device());
            inner.close();
        }
    }

    /** Scenario 30: a peer's endpoint lies among its own allowed IPs. No answer comes, and nothing is the worse. */
    @Test
    void anEndpointAmongThePeersOwnAllowedIpsLeadsNowhere() {
        Key third = Key.generate();
        firstSide.ip("address", "add", "192.168.243.1/24", "dev", first.device());
        try {
            first.wg().set("peer", third.pub(), "allowed-ips", "192.168.243.2/32", "endpoint", "192.168.243.2:5");
            Ping.tryOnce(firstSide, "192.168.243.2").expectFailure();
        } finally {
            first.wg().set("peer", third.pub(), "remove");
            firstSide.ip("address", "delete", "192.168.243.1/24", "dev", first.device());
        }
        Ping.once(firstSide, SECOND);
    }

    /** Scenarios 31 and 32: all but the tunnel's own packets go through the tunnel, as wg-quick arranges it. */
    @Test
    void policyRoutingAsOfWgQuickCarriesAFloodOfPings() {
        String device = first.device();
        secondSide.ip("link", "add", "far", "type", "veth", "peer", "name", "nowhere");
        secondSide.ip("link", "set", "far", "up");
        secondSide.ip("link", "set", "nowhere", "up");
        secondSide.ip("address", "add", "192.168.99.7/32", "dev", "far");
        secondSide.ip("-6", "address", "add", "abab::1111/128", "dev", "far", "nodad");
        secondSide.ip("-6", "route", "add", "fd00::1", "dev", second.device());
        second.wg().set("peer", FIRST_KEY.pub(), "allowed-ips", FIRST + "/32,fd00::1/128");
        firstSide.ip("-6", "address", "add", "fd00::1/128", "dev", device, "nodad");
        first.wg().set("fwmark", "51820", "peer", SECOND_KEY.pub(), "allowed-ips", "0.0.0.0/0,::/0");
        firstSide.write("/proc/sys/net/ipv4/conf/" + device + "/rp_filter", "0");
        firstSide.write("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
        for (String family : new String[] {"-4", "-6"}) {
            firstSide.ip(family, "route", "add", "default", "dev", device, "table", "51820");
            firstSide.ip(family, "rule", "add", "not", "fwmark", "51820", "table", "51820");
            firstSide.ip(family, "rule", "add", "table", "main", "suppress_prefixlength", "0");
        }
        try {
            for (String address : new String[] {"192.168.99.7", "abab::1111"}) {
                Ping.once(firstSide, address);
                Ping.flood(firstSide, address, 100);
            }
        } finally {
            for (String family : new String[] {"-4", "-6"}) {
                firstSide.ip(family, "rule", "delete", "not", "fwmark", "51820", "table", "51820");
                firstSide.ip(family, "rule", "delete", "table", "main", "suppress_prefixlength", "0");
            }
            first.wg().set("fwmark", "0", "peer", SECOND_KEY.pub(), "allowed-ips", SECOND + "/32");
            secondSide.ip("link", "delete", "far");
        }
    }
}
