// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.agent.Simulation.SimulatedNode;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Topology.Shape;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What becomes of packets while a node of a network changes its WireGuard key. */
class KeyChangeTest {
    private static final int NODES = 5;
    private static final Duration MOMENT = Duration.ofMillis(1);

    private Simulation network;

    private SimulatedNode node(int number) {
        return network.nodes.get("node-" + number);
    }

    /** A mesh in which the first node has begun to change its key. */
    private void begin(long seed) throws Exception {
        network = new Simulation(seed, Shape.MESH, Limits.DEFAULT);
        for (int i = 0; i < NODES; i++) {
            network.enrol().start();
        }
        network.loop.run(Duration.ofSeconds(20));
        assertThat(network.differences()).isEmpty();
        node(0).rotation.begin();
    }

    /** Whose packets from the first node's prefix a node accepts. */
    private Key accepted(SimulatedNode node) {
        return node.host.ownerOf(node(0).host.prefixes.getFirst());
    }

    /**
     * Whether a node drops what the first one sends: it has the sender's key as a peer, so that there is a session, and
     * accepts the prefix from another key. Without a session packets wait in the sender's interface.
     */
    private boolean drops(SimulatedNode node) {
        Key sender = node(0).host.key;
        return node.host.peers.containsKey(sender) && !sender.equals(accepted(node));
    }

    private boolean haveAllFollowed(Key key) {
        return network.nodes.values().stream().skip(1).allMatch(node -> key.equals(accepted(node)));
    }

    /** The store and its clients need up to 80 ms for each message, each time another time. */
    @Test
    void noPacketIsLostWhileAKeyChanges() throws Exception {
        for (long seed = 1; seed <= 10; seed++) {
            begin(seed);
            Key before = node(0).host.key;
            network.loop.run(KeyRotation.STEP.minusSeconds(5));
            Duration waited = Duration.ZERO;
            for (int i = 0; i < 20_000; i++) {
                network.loop.run(MOMENT);
                assertThat(network.nodes.values().stream().skip(1).anyMatch(this::drops))
                        .as("seed %d", seed)
                        .isFalse();
                boolean isWaiting = !node(0).host.key.equals(before) && !haveAllFollowed(node(0).host.key);
                waited = isWaiting ? waited.plus(MOMENT) : waited;
            }
            assertThat(node(0).host.key).isNotEqualTo(before);
            assertThat(haveAllFollowed(node(0).host.key)).isTrue();
            assertThat(waited).isLessThan(Duration.ofMillis(500));
            network.loop.run(KeyRotation.STEP.plusSeconds(10));
            assertThat(node(1).host.peers).hasSize(NODES - 1).doesNotContainKey(before);
        }
    }

    /** Who does not hear of the exchange takes the other key as a peer, and moves the prefixes by its handshake. */
    @Test
    void nodeThatTheStoreDoesNotReachFollowsTheHandshake() throws Exception {
        begin(1);
        Key before = node(0).host.key;
        network.loop.run(Duration.ofMinutes(1));
        SimulatedNode lost = node(1);
        lost.store.down(true);
        assertThat(network.loop.runUntil(() -> !node(0).host.key.equals(before), Duration.ofMinutes(20)))
                .isTrue();
        Key now = node(0).host.key;
        assertThat(lost.host.peers).doesNotContainKey(now);
        assertThat(network.loop.runUntil(() -> lost.host.peers.containsKey(now), Duration.ofSeconds(30)))
                .isTrue();
        assertThat(accepted(lost)).isEqualTo(before);
        lost.host.peers.get(now).handshakeMillis = network.loop.now().toEpochMilli();
        network.loop.run(Duration.ofSeconds(10));
        assertThat(accepted(lost)).isEqualTo(now);
    }
}
