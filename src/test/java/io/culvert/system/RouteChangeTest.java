// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.io.File;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A host with two uplinks, each of which passes its own sources only, as networks do (RFC 2827). When the default route
 * moves to the other uplink, while both addresses stay, the tunnel goes on.
 *
 * <pre>
 *   host  up0 - r0   router        remote
 *         up1 - r1          r2 - up0
 * </pre>
 */
@OnHost
class RouteChangeTest {
    /** Less than the 15 s after which a new handshake forgets the source in any case. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final int MTU = 1500;
    private static final String INNER_HOST = "192.168.241.1";
    private static final String INNER_REMOTE = "192.168.241.2";

    private final Namespace host = Namespace.create();
    private final Namespace router = Namespace.create();
    private final Namespace remote = Namespace.create();
    private final Key hostKey = Key.generate();
    private final Key remoteKey = Key.generate();
    private Daemon one;
    private Daemon two;

    @BeforeEach
    void create() {
        host.write("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
        host.write("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
        router.write("/proc/sys/net/ipv4/ip_forward", "1");
        router.write("/proc/sys/net/ipv6/conf/all/forwarding", "1");
        // A router asks for its neighbours from its link-local address.
        router.write("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "0");
        router.write("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
        link(host, "up0", router, "r0", 1);
        link(host, "up1", router, "r1", 2);
        link(remote, "up0", router, "r2", 3);
        passOwnSources("r0", 1);
        passOwnSources("r1", 2);
        route(remote, "up0", 3, 100);
        route(host, "up0", 1, 100);
        route(host, "up1", 2, 200);
        one = Daemon.start(Program.CULVERT, host);
        two = Daemon.start(Program.CULVERT, remote);
        meet(one, hostKey, remoteKey, INNER_HOST, INNER_REMOTE);
        meet(two, remoteKey, hostKey, INNER_REMOTE, INNER_HOST);
    }

    private static void link(Namespace from, String device, Namespace to, String toDevice, int number) {
        Unchecked.call(() -> {
            NetworkNamespace.connect(from.network(), device, to.network(), toDevice, MTU);
            return null;
        });
        address(from, device, number, 2);
        address(to, toDevice, number, 1);
    }

    private static void address(Namespace namespace, String device, int number, int host) {
        namespace.ip("address", "add", "10.7." + number + "." + host + "/24", "dev", device);
        namespace.ip("address", "add", "fd07:" + number + "::" + host + "/64", "dev", device, "nodad");
        namespace.ip("link", "set", device, "up");
    }

    private void passOwnSources(String device, int number) {
        router.ip("rule", "add", "iif", device, "from", "10.7." + number + ".0/24", "lookup", "main", "pref", "10");
        router.ip("rule", "add", "iif", device, "pref", "11", "blackhole");
        router.ip(
                "-6", "rule", "add", "iif", device, "from", "fd07:" + number + "::/64", "lookup", "main", "pref", "10");
        router.ip("-6", "rule", "add", "iif", device, "from", "fd07::/16", "pref", "11", "blackhole");
    }

    private static void route(Namespace namespace, String device, int number, int metric) {
        String value = Integer.toString(metric);
        namespace.ip("route", "add", "default", "via", "10.7." + number + ".1", "dev", device, "metric", value);
        namespace.ip("-6", "route", "add", "default", "via", "fd07:" + number + "::1", "dev", device, "metric", value);
    }

    private static void meet(Daemon daemon, Key own, Key peer, String inner, String other) {
        daemon.namespace().ip("address", "add", inner + "/24", "dev", daemon.device());
        daemon.wg()
                .set(("private-key " + own.file() + " listen-port 51820 peer " + peer.pub() + " allowed-ips " + other
                                + "/32")
                        .split(" "));
        daemon.namespace().ip("link", "set", daemon.device(), "up");
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        host.close();
        router.close();
        remote.close();
    }

    private void connect(boolean ipv6) {
        one.wg().set("peer", remoteKey.pub(), "endpoint", ipv6 ? "[fd07:3::2]:51820" : "10.7.3.2:51820");
        Ping.once(host, INNER_REMOTE);
        Ping.once(remote, INNER_HOST);
        assertThat(endpointOfHost()).isEqualTo(endpoint(ipv6, 1));
    }

    private static String endpoint(boolean ipv6, int number) {
        return ipv6 ? "[fd07:" + number + "::2]:51820" : "10.7." + number + ".2:51820";
    }

    private String endpointOfHost() {
        return two.wg().show("endpoints", hostKey);
    }

    private void assertMovesTo(String endpoint) {
        assertThat(Eventually.holds(SOON, () -> {
                    Ping.tryOnce(host, INNER_REMOTE);
                    return endpointOfHost().equals(endpoint);
                }))
                .as("the tunnel uses %s, and not %s", endpoint, endpointOfHost())
                .isTrue();
        Ping.tryOnce(host, INNER_REMOTE).expectSuccess();
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void tunnelFollowsTheDefaultRoute(boolean ipv6) {
        connect(ipv6);
        route(host, "up1", 2, 50);
        assertMovesTo(endpoint(ipv6, 2));
        host.ip(ipv6 ? "-6" : "-4", "route", "delete", "default", "dev", "up1", "metric", "50");
        assertMovesTo(endpoint(ipv6, 1));
    }

    /** The addresses of an IPv4 link that is down stay. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void tunnelSurvivesTheEndOfItsUplink(boolean ipv6) {
        connect(ipv6);
        host.ip("link", "set", "up0", "down");
        assertMovesTo(endpoint(ipv6, 2));
    }

    /** The other end's packets keep arriving at the former address, and do not bring it back. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void tunnelFollowsTheDefaultRouteUnderTraffic(boolean ipv6) {
        connect(ipv6);
        File log = Daemon.logFile(two.device() + "-ping");
        Process pings = remote.start(Map.of(), log, "ping", "-q", "-i", "0.002", "-W", "1", INNER_HOST);
        try {
            route(host, "up1", 2, 50);
            assertThat(Eventually.holds(SOON, () -> endpointOfHost().equals(endpoint(ipv6, 2))))
                    .as("the tunnel uses the other uplink")
                    .isTrue();
            Ping.once(remote, INNER_HOST);
        } finally {
            pings.destroyForcibly();
        }
    }

    /** Data, keepalives and handshakes that no route leads to the peer. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void bytesThatTheKernelRefusesAreNotCounted(boolean ipv6) {
        connect(ipv6);
        String target = ipv6 ? "fd07:3::2" : "10.7.3.2";
        host.ip(ipv6 ? "-6" : "-4", "route", "add", "unreachable", target);
        long before = one.wg().sent(remoteKey);
        Ping.tryOnce(host, INNER_REMOTE).expectFailure();
        one.wg().set("peer", remoteKey.pub(), "persistent-keepalive", "1");
        Ping.tryOnce(host, INNER_REMOTE).expectFailure();
        assertThat(one.wg().sent(remoteKey)).isEqualTo(before);
        host.ip(ipv6 ? "-6" : "-4", "route", "delete", "unreachable", target);
        Ping.once(host, INNER_REMOTE);
        assertThat(one.wg().sent(remoteKey)).isGreaterThan(before);
    }

    /** The rule of wg-quick: what has the mark takes the main table. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void markDecidesWhichRouteCounts(boolean ipv6) {
        String family = ipv6 ? "-6" : "-4";
        one.wg().set("fwmark", "51820");
        host.ip(family, "route", "add", "default", "dev", one.device(), "table", "51820");
        host.ip(family, "rule", "add", "not", "fwmark", "51820", "table", "51820");
        connect(ipv6);
        route(host, "up1", 2, 50);
        assertMovesTo(endpoint(ipv6, 2));
    }
}
