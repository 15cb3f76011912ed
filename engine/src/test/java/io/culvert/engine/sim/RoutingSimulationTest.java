// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host with two interfaces whose routes change, in virtual time: a remembered source does not outlive its route. */
class RoutingSimulationTest {
    private final Simulation simulation = new Simulation(1, 1);
    private final Node a = simulation.node();
    private final Node b = simulation.node();
    private Address first;
    private Address second;

    @AfterEach
    void close() {
        simulation.close();
    }

    /** Node a has two addresses of a family, each at an interface of its own, and b dials the first. */
    private void connect(boolean ipv6) {
        first = ipv6 ? a.outer6 : a.outer4;
        second = ipv6 ? Address.of("2001:db8::99", Node.PORT) : Address.of("192.0.2.99", Node.PORT);
        a.platform().bind().setAddresses(List.of(first, second));
        a.platform().bind().place(second, 2);
        a.addPeer(b, null);
        b.addPeer(a, first);
        b.send(a, 0, 100);
        simulation.runUntilIdle();
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(first.toSocketAddress());
        simulation.network().sent();
    }

    private List<Address> sourcesOfA() {
        return simulation.network().sent().stream()
                .map(Datagram::from)
                .filter(from -> from.equals(first) || from.equals(second))
                .distinct()
                .toList();
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void firstPacketAfterTheChangeLeavesFromTheNewSource(boolean ipv6) {
        connect(ipv6);
        a.platform().bind().route(2);
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(2);
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(second.toSocketAddress());
    }

    /** Each network passes its own sources only; the other end goes on to send to the former address. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void packetsToTheFormerAddressDoNotBringItBack(boolean ipv6) {
        connect(ipv6);
        a.platform().bind().route(2);
        simulation.network().block(datagram -> datagram.from().equals(first));
        for (int i = 2; i < 42; i += 2) {
            b.send(a, i, 100);
            simulation.run(MILLISECOND);
        }
        a.send(b, 2, 100);
        simulation.run(SECOND);
        assertThat(b.received()).containsExactly(2);
        assertThat(sourcesOfA()).containsExactly(second);
    }

    /** An answer leaves from the address that was dialled, whichever the host would choose. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void dialledAddressStaysWhileTheRouteStays(boolean ipv6) {
        connect(ipv6);
        a.platform().bind().place(second, 1);
        b.addPeer(a, second);
        b.send(a, 2, 100);
        simulation.runUntilIdle();
        a.platform().bind().route(1);
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(sourcesOfA()).containsExactly(second);
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(second.toSocketAddress());
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void removedAddressIsNoLongerUsed(boolean ipv6) {
        connect(ipv6);
        a.platform().bind().setAddresses(List.of(second));
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(second.toSocketAddress());
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void sourceIsLookedAtOnceForEachChange(boolean ipv6) {
        connect(ipv6);
        int before = a.platform().bind().lookups();
        for (int i = 2; i < 42; i += 2) {
            a.send(b, i, 100);
            b.send(a, i, 100);
            simulation.run(MILLISECOND);
        }
        assertThat(a.platform().bind().lookups()).isEqualTo(before);
        a.platform().bind().route(1);
        for (int i = 2; i < 42; i += 2) {
            a.send(b, i, 100);
            b.send(a, i, 100);
            simulation.run(MILLISECOND);
        }
        assertThat(a.platform().bind().lookups()).isEqualTo(before + 1);
    }

    /** The initiation too, when a packet finds no session. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void handshakeLeavesFromTheNewSource(boolean ipv6) {
        connect(ipv6);
        simulation.run(400 * SECOND);
        simulation.network().sent();
        a.platform().bind().route(2);
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).contains(2);
        assertThat(sourcesOfA()).containsExactly(second);
    }
}
