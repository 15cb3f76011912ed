// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.PeerTable;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An update is applied whole, or refused without a change. */
class WholeUpdateTest {
    private final Simulation simulation = new Simulation(1, 1);
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

    private static PublicKey key(int number) {
        return new PublicKey(
                ByteBuffer.allocate(PublicKey.BYTES).putInt(0, number).array());
    }

    private static PeerUpdate add(int number) {
        PeerUpdate.AllowedIp prefix = new PeerUpdate.AllowedIp(new Prefix(false, 0, number, 32), false);
        return new PeerUpdate(key(number), false, false, null, null, OptionalInt.empty(), false, List.of(prefix));
    }

    /** An update of everything: each of its parts must be without effect if one is refused. */
    private static DeviceUpdate update(int port, int mark, List<PeerUpdate> peers) {
        byte[] privateKey = new byte[Secret.BYTES];
        privateKey[7] = 7;
        return new DeviceUpdate(
                new Secret(privateKey), OptionalInt.of(port), OptionalInt.of(mark), true, List.copyOf(peers));
    }

    /** What an operator sees. */
    private static String state(Node node) {
        try (DeviceSnapshot snapshot = node.device().snapshot()) {
            return snapshot.listenPort() + " " + snapshot.fwmark() + " "
                    + snapshot.privateKey().toBytes()[7] + " "
                    + snapshot.peers().stream()
                            .map(peer -> peer.publicKey() + " " + peer.allowedIps() + " " + peer.endpoint())
                            .toList();
        }
    }

    private void expectUnchanged(DeviceUpdate update, Class<? extends Exception> refusal) {
        String before = state(a);
        try (update) {
            assertThatThrownBy(() -> a.device().apply(update)).isInstanceOf(refusal);
        }
        assertThat(state(a)).isEqualTo(before);
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).as("traffic goes on").containsExactly(2);
    }

    @Test
    void takenPortChangesNothing() throws IOException {
        UdpPort taken = a.platform().bind().open(51_999, 1, 0);
        expectUnchanged(update(51_999, 3, List.of(add(1))), BindException.class);
        taken.close();
    }

    @Test
    void refusedMarkChangesNothing() {
        a.platform().bind().refuseMarks(true);
        expectUnchanged(update(52_000, 3, List.of(add(1))), IOException.class);
    }

    @Test
    void refusedMarkOfTheOpenPortChangesNothing() {
        a.platform().bind().refuseMarks(true);
        try (DeviceSnapshot snapshot = a.device().snapshot()) {
            expectUnchanged(update(snapshot.listenPort(), 3, List.of(add(1))), IOException.class);
        }
    }

    @Test
    void tooManyPeersChangeNothing() {
        List<PeerUpdate> peers = new ArrayList<>();
        for (int i = 0; i <= PeerTable.MAX_PEERS; i++) {
            peers.add(add(i));
        }
        expectUnchanged(update(52_000, 3, peers), IOException.class);
    }

    @Test
    void peersThatOnlyComeAndGoAreNotTooMany() throws IOException {
        try (DeviceUpdate update = new DeviceUpdate(
                null,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                List.of(add(1), add(1), remove(1), add(2), remove(3)))) {
            a.device().apply(update);
        }
        assertThat(a.device().peerCount()).isEqualTo(2);
    }

    private static PeerUpdate remove(int number) {
        return new PeerUpdate(key(number), true, false, null, null, OptionalInt.empty(), false, List.of());
    }

    @Test
    void closedSecretChangesNothing() {
        Secret closed = new Secret();
        closed.close();
        PeerUpdate second = new PeerUpdate(key(2), false, false, closed, null, OptionalInt.empty(), false, List.of());
        expectUnchanged(update(52_000, 3, List.of(add(1), second)), IllegalStateException.class);
    }

    @Test
    void closedDeviceTakesNoUpdate() {
        a.device().close();
        try (DeviceUpdate update = update(52_000, 3, List.of(add(1)))) {
            assertThatThrownBy(() -> a.device().apply(update)).isInstanceOf(IOException.class);
        }
        assertThat(a.device().peerCount()).isZero();
    }
}
