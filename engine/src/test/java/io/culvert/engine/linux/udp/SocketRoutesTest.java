// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.linux.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two uplinks of a namespace, of which the first has the default route. */
class SocketRoutesTest {
    private static final int FIRST = 101;
    private static final int SECOND = 102;

    private final TestNamespace namespace = new TestNamespace();
    private SocketRoutes routes;

    @BeforeEach
    void open() throws IOException {
        link("up1", FIRST, 1);
        link("up2", SECOND, 2);
        namespace.ip("route add default via 10.8.1.1");
        namespace.ip("-6 route add default via fd08:1::1");
        routes = new SocketRoutes(51_820, 1);
    }

    private void link(String name, int index, int number) {
        namespace.ip("link add " + name + " index " + index + " type veth peer name other" + number);
        namespace.ip("address add 10.8." + number + ".2/24 dev " + name);
        namespace.ip("address add fd08:" + number + "::2/64 dev " + name + " nodad");
        namespace.ip("link set " + name + " up");
        namespace.ip("link set other" + number + " up");
    }

    @AfterEach
    void close() throws IOException {
        routes.close();
        namespace.close();
    }

    private boolean isRouted(boolean ipv6, String remote4, String remote6, int source, int mark) throws IOException {
        UdpEndpoint local = new UdpEndpoint();
        local.set(new InetSocketAddress(InetAddress.getByName(address(ipv6, source)), 1));
        UdpEndpoint to = new UdpEndpoint();
        to.set(new InetSocketAddress(InetAddress.getByName(ipv6 ? remote6 : remote4), 51_820));
        to.setSource(local.high(), local.low(), source == 1 ? FIRST : SECOND);
        return routes.isRouted(0, to, mark);
    }

    private static String address(boolean ipv6, int number) {
        return ipv6 ? "fd08:" + number + "::2" : "10.8." + number + ".2";
    }

    private boolean isRouted(boolean ipv6, int source, int mark) throws IOException {
        return isRouted(ipv6, "192.0.2.9", "2001:db8::9", source, mark);
    }

    /** A command that changes routes, which must raise the generation. */
    private void change(String command) throws InterruptedException {
        int before = routes.generation();
        namespace.ip(command);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (routes.generation() == before && System.nanoTime() < end) {
            Thread.sleep(1);
        }
        assertThat(routes.generation()).as(command).isNotEqualTo(before);
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void sourceFollowsTheDefaultRoute(boolean ipv6) throws IOException, InterruptedException {
        assertThat(isRouted(ipv6, 1, 0)).isTrue();
        assertThat(isRouted(ipv6, 2, 0)).isFalse();
        change(ipv6 ? "-6 route replace default via fd08:2::1" : "route replace default via 10.8.2.1");
        assertThat(isRouted(ipv6, 1, 0)).isFalse();
        assertThat(isRouted(ipv6, 2, 0)).isTrue();
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void rulesForTheMarkCount(boolean ipv6) throws IOException, InterruptedException {
        String family = ipv6 ? "-6 " : "";
        change(family + "route add default via " + (ipv6 ? "fd08:2::1" : "10.8.2.1") + " table 7");
        change(family + "rule add fwmark 7 table 7");
        assertThat(isRouted(ipv6, 1, 0)).isTrue();
        assertThat(isRouted(ipv6, 1, 7)).isFalse();
        assertThat(isRouted(ipv6, 2, 7)).isTrue();
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void removedAddressIsNotRouted(boolean ipv6) throws IOException, InterruptedException {
        change("address delete " + address(ipv6, 1) + (ipv6 ? "/64" : "/24") + " dev up1");
        assertThat(isRouted(ipv6, 1, 0)).isFalse();
    }

    /** The answer names the loopback interface, whichever has the address. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void anySourceReachesThisHost(boolean ipv6) throws IOException {
        assertThat(isRouted(ipv6, "10.8.1.2", "fd08:1::2", 2, 0)).isTrue();
        assertThat(isRouted(ipv6, "127.0.0.1", "::1", 1, 0)).isTrue();
    }

    /** No other source would do, and the route may come back. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void sourceStaysWhileThereIsNoRoute(boolean ipv6) throws IOException, InterruptedException {
        change(ipv6 ? "-6 route delete default" : "route delete default");
        assertThat(isRouted(ipv6, 1, 0)).isTrue();
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void linkThatGoesDownIsAChange(boolean ipv6) throws IOException, InterruptedException {
        namespace.ip(
                ipv6 ? "-6 route add default via fd08:2::1 metric 2000" : "route add default via 10.8.2.1 metric 2000");
        change("link set up1 down");
        assertThat(isRouted(ipv6, 1, 0)).isFalse();
        assertThat(isRouted(ipv6, 2, 0)).isTrue();
    }
}
