// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.NetworkNamespace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Topology C of the kernel's netns test, scenarios 34 to 42: two namespaces connected by a veth pair. Replies leave
 * from the address that the peer sent to, as long as the host has that address and the route leads through the
 * interface on which it was dialled.
 */
@OnHost
class StickySourceTest {
    private static final String FIRST = "192.168.241.1";
    private static final String SECOND = "192.168.241.2";

    private static Namespace firstSide;
    private static Namespace secondSide;
    private static Daemon first;
    private static Daemon second;
    private static final Key FIRST_KEY = Key.generate();
    private static final Key SECOND_KEY = Key.generate();

    @BeforeAll
    static void create() {
        firstSide = Namespace.create();
        secondSide = Namespace.create();
        for (Namespace side : new Namespace[] {firstSide, secondSide}) {
            side.write("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
            side.write("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
        }
        Namespace.connect(firstSide, "10.0.0.1/24", secondSide, "10.0.0.3/24");
        first = Daemon.start(Program.CULVERT, firstSide);
        second = Daemon.start(Program.WIREGUARD_GO, secondSide);
        up(firstSide, first, FIRST);
        up(secondSide, second, SECOND);
    }

    private static void up(Namespace namespace, Daemon daemon, String address) {
        namespace.ip("address", "add", address + "/24", "dev", daemon.device());
        namespace.ip("link", "set", daemon.device(), "up");
    }

    @AfterAll
    static void close() {
        if (second != null) {
            first.close();
            second.close();
        }
        firstSide.close();
        secondSide.close();
    }

    @BeforeEach
    void configure() {
        firstSide.ip("address", "flush", "dev", "veth0");
        secondSide.ip("address", "flush", "dev", "veth0");
        firstSide.ip("address", "add", "10.0.0.1/24", "dev", "veth0");
        firstSide.ip("address", "add", "10.0.0.2/24", "dev", "veth0");
        firstSide.ip("address", "add", "fd00:aa::1/96", "dev", "veth0", "nodad");
        firstSide.ip("address", "add", "fd00:aa::2/96", "dev", "veth0", "nodad");
        secondSide.ip("address", "add", "10.0.0.3/24", "dev", "veth0");
        secondSide.ip("address", "add", "fd00:aa::3/96", "dev", "veth0", "nodad");
        meet(first, FIRST_KEY, 1, SECOND_KEY, SECOND);
        meet(second, SECOND_KEY, 2, FIRST_KEY, FIRST);
    }

    private static void meet(Daemon daemon, Key own, int port, Key peer, String address) {
        daemon.wg().peers().forEach(known -> daemon.wg().set("peer", known, "remove"));
        daemon.wg()
                .set(("private-key " + own.file() + " listen-port " + port + " peer " + peer.pub() + " allowed-ips "
                                + address + "/32")
                        .split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:1", "10.0.0.2:1", "[fd00:aa::1]:1", "[fd00:aa::2]:1"})
    void repliesLeaveFromTheAddressThatThePeerSentTo(String endpoint) {
        second.wg().set("peer", FIRST_KEY.pub(), "endpoint", endpoint);
        Ping.once(secondSide, FIRST);
        Ping.once(firstSide, SECOND);
        assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo(endpoint);
    }

    /** Scenario 40. */
    @Test
    void dialledAddressMayBelongToAnotherInterface() {
        firstSide.ip("link", "add", "dummy0", "type", "veth", "peer", "name", "dummy1");
        try {
            firstSide.ip("address", "add", "10.50.0.1/24", "dev", "dummy0");
            firstSide.ip("link", "set", "dummy0", "up");
            firstSide.ip("link", "set", "dummy1", "up");
            secondSide.ip("route", "add", "10.50.0.0/24", "dev", "veth0");
            second.wg().set("peer", FIRST_KEY.pub(), "endpoint", "10.50.0.1:1");
            Ping.once(secondSide, FIRST);
            Ping.once(firstSide, SECOND);
            assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo("10.50.0.1:1");
        } finally {
            firstSide.ip("link", "delete", "dummy0");
        }
    }

    /** Scenarios 41 and 42: a better route through another interface, with another source. */
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.3, 10.0.0.9, 32",
        "fd00:aa::1, fd00:aa::3, fd00:aa::9, 128",
    })
    void sourceIsGivenUpWhenTheRouteLeadsThroughAnotherInterface(
            String dialled, String remote, String other, String bits) {
        Unchecked.call(() -> {
            NetworkNamespace.connect(firstSide.network(), "veth1", secondSide.network(), "veth1", 1500);
            return null;
        });
        try {
            firstSide.ip("link", "set", "veth1", "up");
            secondSide.ip("link", "set", "veth1", "up");
            firstSide.ip("address", "add", other + "/" + bits, "dev", "veth1", "nodad");
            secondSide.ip("route", "add", other, "dev", "veth1");
            neighbour(firstSide, remote, secondSide);
            neighbour(secondSide, other, firstSide);
            String port = dialled.contains(":") ? "]:1" : ":1";
            String bracket = dialled.contains(":") ? "[" : "";
            second.wg().set("peer", FIRST_KEY.pub(), "endpoint", bracket + dialled + port);
            Ping.once(secondSide, FIRST);
            assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo(bracket + dialled + port);
            firstSide.ip("route", "add", remote + "/" + bits, "dev", "veth1", "src", other, "metric", "1");
            Ping.once(firstSide, SECOND);
            assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo(bracket + other + port);
        } finally {
            firstSide.ip("link", "delete", "veth1");
        }
    }

    /** Addresses of one interface are not resolved through the other. */
    private static void neighbour(Namespace from, String address, Namespace to) {
        String mac = to.output("cat", "/sys/class/net/veth1/address");
        from.ip("neighbour", "replace", address, "lladdr", mac, "nud", "permanent", "dev", "veth1");
    }

    @Test
    void removedIpv4SourceIsNoLongerUsed() {
        first.wg().set("peer", SECOND_KEY.pub(), "endpoint", "10.0.0.3:2");
        firstSide.ip("address", "delete", "10.0.0.2/24", "dev", "veth0");
        Ping.once(firstSide, SECOND);
        firstSide.ip("address", "add", "10.0.0.10/24", "dev", "veth0");
        firstSide.ip("address", "delete", "10.0.0.1/24", "dev", "veth0");
        firstSide.ip("address", "replace", "10.0.0.10/24", "dev", "veth0");
        Ping.once(firstSide, SECOND);
        assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo("10.0.0.10:1");
    }

    @Test
    void removedIpv6SourceIsNoLongerUsed() {
        first.wg().set("peer", SECOND_KEY.pub(), "endpoint", "[fd00:aa::3]:2");
        firstSide.ip("address", "delete", "fd00:aa::2/96", "dev", "veth0");
        Ping.once(firstSide, SECOND);
        firstSide.ip("address", "add", "fd00:aa::10/96", "dev", "veth0", "nodad");
        firstSide.ip("address", "delete", "fd00:aa::1/96", "dev", "veth0");
        Ping.once(firstSide, SECOND);
        assertThat(second.wg().show("endpoints", FIRST_KEY)).isEqualTo("[fd00:aa::10]:1");
    }
}
