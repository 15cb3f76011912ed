// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Interfaces that go up and down, in virtual time, with one worker each. */
class LinkSimulationTest {
    private static final int INITIATION = 1;

    private final Simulation simulation = new Simulation(1, 1);
    private final MemoryNetwork network = simulation.network();
    private final Node a = simulation.node();
    private final Node b = simulation.node();

    @BeforeEach
    void connect() {
        a.addPeer(b, b.outer4);
        b.addPeer(a, null);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    @Test
    void linkDownEndsTheSessionAndLinkUpStartsANewOne() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        assertThat(network.sent()).isNotEmpty();
        a.tun().setLink(false);
        a.send(b, 1, 100);
        simulation.run(SECOND);
        assertThat(network.sent()).isEmpty();
        assertThat(b.received()).isEmpty();
        assertThat(a.device().indexTable().size()).isZero();
        a.tun().setLink(true);
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).contains(2);
    }

    /** The port is open since its configuration and queues the initiation. */
    @Test
    void initiationReceivedWhileTheLinkIsDownIsAnsweredOnceItIsUp() {
        Node late = simulation.downNode();
        late.addPeer(a, null);
        a.addPeer(late, late.outer4);
        a.send(late, 0, 100);
        simulation.runUntilIdle();
        assertThat(network.sent()).extracting(Datagram::type).containsExactly(INITIATION);
        late.tun().setLink(true);
        simulation.runUntilIdle();
        assertThat(late.received()).containsExactly(0);
    }

    @Test
    void initiationReceivedWhileThePortIsAttachedIsAnswered() {
        b.tun().setLink(false);
        b.platform().io(0).onAttach(() -> {
            a.send(b, 0, 100);
            simulation.runUntilIdle();
        });
        b.tun().setLink(true);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
    }

    /** The kernel's WireGuard ends the sessions of an interface that goes down, however short. */
    @Test
    void restartEndsTheSessionsAndKeepsPacketsThatCameSince() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        network.sent();
        simulation.clock().advance(SECOND);
        a.tun().restart();
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(network.sent()).extracting(Datagram::type).contains(INITIATION);
        assertThat(b.received()).containsExactly(2);
    }

    /** The interface goes up before this program hears that it went down. */
    @Test
    void packetThatWasReadBeforeTheInterfaceIsKnownToBeUpIsSent() {
        a.tun().setLink(false);
        simulation.clock().advance(SECOND);
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        a.tun().setLink(true);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(2);
    }

    @Test
    void packetThatIsStagedWhenTheInterfaceRestartsIsSent() {
        network.setLoss(1);
        a.send(b, 2, 100);
        simulation.run(SECOND);
        network.setLoss(0);
        a.tun().restart();
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(2);
    }

    @Test
    void packetsFromBeforeTheInterfaceWentDownAreDropped() {
        network.setLoss(1);
        a.send(b, 2, 100);
        simulation.run(SECOND);
        network.setLoss(0);
        a.tun().setLink(false);
        a.tun().setLink(true);
        simulation.run(20 * SECOND);
        assertThat(b.received()).isEmpty();
    }
}
