// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules of the kernel's noise.c, send.c and receive.c that show between two devices only. */
class HandshakeRulesSimulationTest {
    private static final int INITIATION = 1;
    private static final int RESPONSE = 2;
    private static final int DATA = 4;

    private final Simulation simulation = new Simulation(1, 1);
    private final MemoryNetwork network = simulation.network();
    private final Node a = simulation.node();
    private final Node b = simulation.node();

    @BeforeEach
    void connect() {
        a.addPeer(b, b.outer4);
        b.addPeer(a, a.outer4);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    private static List<Datagram> of(int type, List<Datagram> sent) {
        return sent.stream().filter(datagram -> datagram.type() == type).toList();
    }

    private List<Datagram> establish() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        return network.sent();
    }

    /** The greatest timestamp outlives the session, and the interface that goes down. */
    @Test
    void anInitiationStaysReplayedWhenTheInterfaceWasDown() {
        List<Datagram> initiations = of(INITIATION, establish());
        b.tun().setLink(false);
        simulation.run(SECOND);
        b.tun().setLink(true);
        simulation.run(SECOND);
        network.sent();
        initiations.forEach(network::inject);
        simulation.run(SECOND);
        assertThat(of(RESPONSE, network.sent())).isEmpty();
    }

    /** The responder has the key with the initiation, but knows that the initiator has it only by its first message. */
    @Test
    void aHandshakeIsCompleteForTheResponderWithTheFirstDataMessage() {
        network.block(datagram -> datagram.type() == DATA);
        a.send(b, 0, 100);
        simulation.run(SECOND);
        assertThat(a.peer().handshakeSeconds()).isPositive();
        assertThat(b.peer().handshakeSeconds()).isZero();
        b.send(a, 1, 100);
        simulation.run(SECOND);
        assertThat(of(DATA, network.sent()))
                .noneMatch(datagram -> datagram.from().equals(b.outer4));
        network.unblock();
        a.send(b, 2, 100);
        simulation.run(SECOND);
        assertThat(b.peer().handshakeSeconds()).isPositive();
        assertThat(a.received()).containsExactly(1);
    }

    /** A response counts as the last handshake message: no initiation follows for 5 s. */
    @Test
    void aResponderDoesNotInitiateForFiveSeconds() {
        network.block(datagram -> datagram.type() == RESPONSE);
        a.send(b, 0, 100);
        simulation.run(100 * MILLISECOND);
        assertThat(of(RESPONSE, network.sent())).hasSize(1);
        b.send(a, 1, 100);
        simulation.run(4 * SECOND);
        assertThat(of(INITIATION, network.sent()))
                .noneMatch(datagram -> datagram.from().equals(b.outer4));
    }

    /** Roaming goes by the outer message: the inner packet may be refused (scenario 15 of the netns test). */
    @Test
    void aMessageWithARefusedInnerSourceMovesTheEndpoint() {
        establish();
        Address elsewhere = Address.of("198.51.100.77", 0);
        a.platform().bind().setAddresses(List.of(elsewhere, a.outer6));
        // b gives the inner addresses of a to another peer.
        Node other = simulation.node();
        List<PeerUpdate.AllowedIp> ofA =
                List.of(new PeerUpdate.AllowedIp(new Prefix(false, 0, a.inner4.low(), 32), false));
        b.apply(new PeerUpdate(other.publicKey(), false, false, null, null, OptionalInt.empty(), false, ofA));
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).isEmpty();
        assertThat(b.device().drops()).containsEntry(DropCause.RX_BAD_SOURCE, 1L);
        assertThat(b.peer().endpoint().toSocketAddress())
                .isEqualTo(elsewhere.withPort(Node.PORT).toSocketAddress());
    }

    /** The initiator asks for a new key when it receives with one of 165 s, though it sends nothing. */
    @Test
    void anInitiatorThatOnlyReceivesRekeysAfter165Seconds() {
        establish();
        simulation.run(160 * SECOND);
        b.send(a, 1, 100);
        simulation.runUntilIdle();
        assertThat(of(INITIATION, network.sent())).isEmpty();
        simulation.run(6 * SECOND);
        b.send(a, 2, 100);
        simulation.runUntilIdle();
        assertThat(of(INITIATION, network.sent()))
                .hasSize(1)
                .allMatch(sent -> sent.from().equals(a.outer4));
        assertThat(a.received()).containsExactly(1, 2);
    }

    /** Each of the three keypairs has a replay window of its own: counters of the next session begin at 0 again. */
    @Test
    void aNewSessionAcceptsCountersOfTheOneBefore() {
        establish();
        for (int i = 1; i <= 125; i++) {
            simulation.run(SECOND);
            a.send(b, i, 100);
            simulation.runUntilIdle();
        }
        assertThat(of(INITIATION, network.sent())).hasSize(1);
        assertThat(b.received()).hasSize(125);
    }
}
