// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scenarios of topology A of the kernel's netns test that apply to a TUN: 1 to 9 and 11 to 18. Subclasses name the
 * programs at the two ends.
 */
@OnHost("iperf3")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TopologyScenarios {
    private static final long INITIATION = 148;
    private static final long RESPONSE = 92;
    private static final long KEEPALIVE = 32;
    /** A ping of 84 bytes, padded to 96, with header and tag. */
    private static final long PING = 128;

    private static final Duration SOON = Duration.ofMinutes(1);

    private final Program firstProgram;
    private final Program secondProgram;
    private Tunnel tunnel;

    TopologyScenarios(Program first, Program second) {
        firstProgram = first;
        secondProgram = second;
    }

    @BeforeAll
    void create() {
        tunnel = Tunnel.create(firstProgram, secondProgram);
    }

    @AfterAll
    void close() {
        if (tunnel != null) {
            tunnel.close();
        }
    }

    @BeforeEach
    void configure() {
        tunnel.configure();
        tunnel.connectIpv4();
    }

    /** Scenarios 1 to 5. */
    @Test
    void countsEveryByteOfHandshakeAndData() {
        Ping.flood(tunnel.secondSide(), Tunnel.FIRST_IPV4);
        Wg first = tunnel.first().wg();
        Wg second = tunnel.second().wg();
        long answers = 10 * PING + RESPONSE;
        Eventually.holds(SOON, () -> second.received(tunnel.firstKey()) >= answers);
        assertThat(second.received(tunnel.firstKey())).isEqualTo(answers);
        assertThat(second.sent(tunnel.firstKey())).isIn(10 * PING + INITIATION, 10 * PING + INITIATION + KEEPALIVE);
        assertThat(first.sent(tunnel.secondKey())).isEqualTo(answers);
        assertThat(first.received(tunnel.secondKey())).isEqualTo(second.sent(tunnel.firstKey()));
        assertThat(first.latestHandshake(tunnel.secondKey())).isPositive();
        assertThat(second.latestHandshake(tunnel.firstKey())).isPositive();
    }

    /** Scenarios 6 to 9. */
    static Stream<Arguments> traffic() {
        return Stream.of("IPv4", "IPv6")
                .flatMap(outer -> Stream.of(Tunnel.MTU, Tunnel.LARGE_MTU)
                        .flatMap(
                                mtu -> Arrays.stream(Traffic.values()).map(traffic -> arguments(outer, mtu, traffic))));
    }

    @ParameterizedTest(name = "{2} over {0}, MTU {1}")
    @MethodSource("traffic")
    void carriesTraffic(String outer, int mtu, Traffic traffic) {
        if (outer.equals("IPv6")) {
            tunnel.connectIpv6();
        }
        tunnel.setMtu(mtu);
        traffic.run(tunnel);
    }

    /** Scenario 11. */
    @Test
    void followsAPeerThatRoamsOverIpv4() {
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV6);
        tunnel.outside().ip("-4", "address", "delete", "127.0.0.1/8", "dev", "lo");
        tunnel.outside().ip("-4", "address", "add", "127.212.121.99/8", "dev", "lo");
        tunnel.first().wg().set("listen-port", "9999");
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV6);
        assertThat(endpointOfFirst()).isEqualTo("127.212.121.99:9999");
    }

    /** Scenario 12. */
    @Test
    void followsAPeerThatRoamsToIpv6() {
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        tunnel.first().wg().set("listen-port", "9998");
        tunnel.first().wg().set("peer", tunnel.secondKey().pub(), "endpoint", "[::1]:2");
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        assertThat(endpointOfFirst()).isEqualTo("[::1]:9998");
    }

    private String endpointOfFirst() {
        return tunnel.second().wg().show("endpoints", tunnel.firstKey());
    }

    /** Scenarios 13 to 16. */
    @Test
    void acceptsOnlySourcesThatBelongToThePeer() {
        Wg first = tunnel.first().wg();
        tunnel.connectIpv6();
        first.set("peer", tunnel.secondKey().pub(), "allowed-ips", "192.168.241.0/24");
        Ping.once(tunnel.secondSide(), Tunnel.FIRST_IPV4);
        long before = datagramsAtFirst();
        sendDatagramToFirst();
        assertThat(Eventually.holds(SOON, () -> datagramsAtFirst() == before + 1))
                .as("the datagram of an allowed source arrives")
                .isTrue();

        Key other = Key.generate();
        first.set("peer", other.pub(), "allowed-ips", "192.168.241.2/32");
        long receivedBefore = first.received(tunnel.secondKey());
        tunnel.second().wg().set("listen-port", "9997");
        sendDatagramToFirst();
        assertThat(Eventually.holds(
                        SOON, () -> first.show("endpoints", tunnel.secondKey()).equals("[::1]:9997")))
                .as("the endpoint is updated although the packet is refused")
                .isTrue();
        assertThat(datagramsAtFirst())
                .as("the refused datagram is not delivered")
                .isEqualTo(before + 1);
        if (firstProgram.isCulvert()) {
            assertThat(first.received(tunnel.secondKey())).isEqualTo(receivedBefore);
        }

        first.set("peer", other.pub(), "remove");
        assertThat(first.peers()).containsExactly(tunnel.secondKey().pub());
        assertThat(first.show("allowed-ips", tunnel.secondKey())).isEqualTo("192.168.241.0/24");
    }

    private void sendDatagramToFirst() {
        tunnel.secondSide().output("bash", "-c", "echo test > /dev/udp/" + Tunnel.FIRST_IPV4 + "/1111");
    }

    /** The datagrams go to a closed port, so the kernel counts each one that arrives in NoPorts. */
    private long datagramsAtFirst() {
        return tunnel.firstSide().counter("Udp", "NoPorts");
    }

    /** Scenario 17. */
    @Test
    void keysCanBeSetAgainWhileRunning() {
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        Wg first = tunnel.first().wg();
        first.set("private-key", tunnel.firstKey().file().toString());
        first.set(
                "peer",
                tunnel.secondKey().pub(),
                "preshared-key",
                tunnel.preshared().file().toString(),
                "endpoint",
                "127.0.0.1:2");
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        Ping.once(tunnel.secondSide(), Tunnel.FIRST_IPV6);
    }

    /** Scenario 18: a new handshake does not wait for the retry time of 5 s. */
    @Test
    void changeOfPrivateKeyTakesEffectAtOnce() {
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        Key third = Key.generate();
        Wg second = tunnel.second().wg();
        second.set("peer", tunnel.firstKey().pub(), "remove");
        second.set(
                "peer",
                third.pub(),
                "preshared-key",
                tunnel.preshared().file().toString(),
                "allowed-ips",
                Tunnel.FIRST_IPV4 + "/32," + Tunnel.FIRST_IPV6 + "/128");
        tunnel.first().wg().set("private-key", third.file().toString());
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV6);
    }
}
