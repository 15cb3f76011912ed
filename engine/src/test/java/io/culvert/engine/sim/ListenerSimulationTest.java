// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a device tells its listeners. */
class ListenerSimulationTest {
    private static final long SECOND = 1_000_000_000L;

    private final Simulation simulation = new Simulation(7, 2);
    private final Node a = simulation.node();
    private final Node b = simulation.node();
    private final List<String> heardByA = new ArrayList<>();
    private final List<String> heardByB = new ArrayList<>();

    private record Recorder(List<String> heard) implements DeviceListener {
        @Override
        public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
            assertThat(nanos).isBetween(0L, SECOND);
            heard.add((rekey ? "rekey" : "handshake") + (initiator ? " initiated" : " answered"));
        }

        @Override
        public void sessionExpired(PublicKey peer) {
            heard.add("expired");
        }

        @Override
        public void handshakeFailed(HandshakeFailure why, PublicKey peer) {
            heard.add(why.name() + (peer == null ? "" : " " + peer.toBase64()));
        }

        @Override
        public void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {
            heard.add("roamed " + from.port() + " " + to.port());
        }

        @Override
        public void statusChanged(DeviceStatus status) {
            heard.add("port " + status.openPort());
        }
    }

    @BeforeEach
    void listen() {
        a.device().listeners().add(new Recorder(heardByA));
        b.device().listeners().add(new Recorder(heardByB));
        a.addPeer(b, b.outer4);
        b.addPeer(a, null);
        heardByA.clear();
        heardByB.clear();
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    private void send(int number) {
        a.send(b, number, 100);
        simulation.run(SECOND);
    }

    private long failures(Node node, HandshakeFailure why) {
        return node.device().statistics().handshakeFailures().get(why);
    }

    @Test
    void handshakeRekeyAndExpiryAreHeardAtBothEnds() {
        for (int i = 0; i < 130; i++) {
            send(i);
        }
        assertThat(heardByA).containsExactly("handshake initiated", "rekey initiated");
        assertThat(heardByB).containsExactly("handshake answered", "rekey answered");
        simulation.run(600 * SECOND);
        assertThat(heardByA).contains("expired");
    }

    @Test
    void unansweredInitiationsAreHeardAndCounted() {
        simulation.network().block(datagram -> true);
        a.send(b, 0, 100);
        simulation.run(120 * SECOND);
        String peer = " " + b.publicKey().toBase64();
        assertThat(heardByA).contains("TIMED_OUT" + peer).endsWith("GIVEN_UP" + peer);
        assertThat(failures(a, HandshakeFailure.TIMED_OUT)).isBetween(17L, 20L);
        assertThat(failures(a, HandshakeFailure.GIVEN_UP)).isEqualTo(1);
    }

    @Test
    void differentPresharedKeysAreHeard() {
        byte[] key = new byte[Secret.BYTES];
        Arrays.fill(key, (byte) 1);
        a.apply(new PeerUpdate(
                b.publicKey(), false, false, new Secret(key), null, OptionalInt.empty(), false, List.of()));
        heardByA.clear();
        send(0);
        assertThat(heardByA).containsExactly("WRONG_RESPONSE " + b.publicKey().toBase64());
    }

    @Test
    void initiationOfAnUnknownPeerIsHeard() {
        b.removePeer(a);
        heardByB.clear();
        send(0);
        assertThat(heardByB).containsExactly("UNKNOWN_PEER " + a.publicKey().toBase64());
    }

    @Test
    void roamingIsHeardOnceForEachMove() {
        send(0);
        heardByB.clear();
        a.platform().bind().setAddresses(List.of(Address.of("198.51.100.77", 0), a.outer6));
        send(1);
        send(2);
        assertThat(heardByB).containsExactly("roamed 51820 51820");
    }

    @Test
    void listenerThatFailsHarmsNothing() {
        a.device().listeners().add(new DeviceListener() {
            @Override
            public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
                throw new IllegalStateException("of a test");
            }
        });
        send(0);
        assertThat(b.received()).containsExactly(0);
    }

    @Test
    void removedListenerHearsNothing() {
        DeviceListener silent = new Recorder(new ArrayList<>());
        a.device().listeners().add(silent);
        a.device().listeners().remove(silent);
        send(0);
        assertThat(((Recorder) silent).heard()).isEmpty();
    }

    @Test
    void statusIsHeard() {
        a.tun().setLink(false);
        a.tun().setLink(true);
        assertThat(heardByA).contains("port 0").endsWith("port 51820");
    }
}
