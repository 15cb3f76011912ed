// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.InnerPacket;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets for peers that never answer use up the memory for staged packets, and others are reached all the same. */
class StagingSimulationTest {
    private static final int DEAD_PEERS = 120;
    private static final int BYTES = 9000;
    private static final int PACKETS = 130;

    private static void addDeadPeer(Node node, int number) {
        byte[] key = new byte[32];
        new SplittableRandom(number).nextBytes(key);
        node.apply(new PeerUpdate(
                new PublicKey(key),
                false,
                false,
                null,
                Address.of("192.0.2.77", 9).toSocketAddress(),
                OptionalInt.empty(),
                false,
                List.of(new PeerUpdate.AllowedIp(
                        new Prefix(false, 0, inner(number).low(), 32), false))));
    }

    private static Address inner(int number) {
        return Address.of("10.1.0." + number, 7);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void peersThatNeverAnswerKeepNoOtherFromAHandshake(int workers) {
        try (Simulation simulation = new Simulation(1, workers)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.tun().setMtu(BYTES);
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            byte[] payload = new byte[BYTES - 28];
            for (int peer = 1; peer <= DEAD_PEERS; peer++) {
                addDeadPeer(a, peer);
                for (int i = 0; i < PACKETS; i++) {
                    // At each worker, wherever the peer's home is.
                    a.tun().send(InnerPacket.udp(a.inner4, inner(peer), payload), i % workers);
                }
                simulation.run(Simulation.MILLISECOND);
            }
            assertThat(a.device().drops().get(DropCause.TX_STAGED_FULL)).isPositive();
            for (int i = 0; i < workers; i++) {
                a.tun().send(a.packet(b, 2 * i, 100), i);
            }
            simulation.run(Simulation.SECOND);
            assertThat(b.received()).as("not even the first packet is lost").hasSize(workers);
        }
    }
}
