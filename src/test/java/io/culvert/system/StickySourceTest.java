// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Topology C of the kernel's netns test, scenarios 34 to 39: two namespaces connected by a veth pair. Replies leave
 * from the address that the peer sent to, as long as the host has that address.
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
