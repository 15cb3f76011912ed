// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a device's owner hears of its peers. */
class PeerEventsTest {
    private final Simulation simulation = new Simulation(18, 2);
    private final List<String> heard = new ArrayList<>();
    private Node a;
    private Node b;

    @BeforeEach
    void connect() {
        a = simulation.node();
        b = simulation.node(new Recorder());
        a.addPeer(b, b.outer4);
        b.addPeer(a, a.outer4);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    /** Names the event; the peer must be the only one. */
    private final class Recorder implements DeviceListener {
        private void add(PublicKey peer, String event) {
            assertThat(peer).isEqualTo(a.publicKey());
            heard.add(event);
        }

        @Override
        public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
            add(peer, "handshake");
        }

        @Override
        public void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {
            add(peer, "roamed from " + from + " to " + to);
        }

        @Override
        public void sessionExpired(PublicKey peer) {
            add(peer, "expired");
        }

        @Override
        public void handshakeFailed(HandshakeFailure why, PublicKey peer) {
            if (why == HandshakeFailure.GIVEN_UP) {
                add(peer, "given up");
            }
        }
    }

    private void establish() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        assertThat(heard).containsExactly("handshake");
        heard.clear();
    }

    @Test
    void eachHandshakeIsReported() {
        establish();
        simulation.run(121 * SECOND);
        a.send(b, 2, 100);
        simulation.run(SECOND);
        a.send(b, 4, 100);
        simulation.run(SECOND);
        assertThat(heard).containsExactly("handshake");
    }

    @Test
    void aPeerThatMovesIsReportedOnceWithBothEndpoints() {
        establish();
        Address elsewhere = Address.of("192.0.2.77", Node.PORT);
        a.platform().bind().setAddresses(List.of(elsewhere, a.outer6));
        a.send(b, 2, 100);
        a.send(b, 4, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(2, 4);
        assertThat(heard)
                .containsExactly("roamed from " + a.outer4.toSocketAddress() + " to "
                        + elsewhere.withPort(Node.PORT).toSocketAddress());
    }

    @Test
    void endpointThatIsConfiguredIsNoRoaming() {
        establish();
        b.addPeer(a, Address.of("192.0.2.99", Node.PORT));
        simulation.run(SECOND);
        assertThat(heard).isEmpty();
    }

    @Test
    void sessionThatNobodyRenewsExpires() {
        establish();
        simulation.run(600 * SECOND);
        assertThat(heard).containsExactly("expired");
    }

    @Test
    void handshakeWithoutAnAnswerIsGivenUp() {
        simulation.network().block(datagram -> true);
        b.send(a, 2, 100);
        simulation.run(120 * SECOND);
        assertThat(heard).containsExactly("given up");
    }
}
