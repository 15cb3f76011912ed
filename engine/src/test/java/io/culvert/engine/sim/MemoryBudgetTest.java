// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.InsufficientMemoryException;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What does not fit the memory is refused, and changes nothing. */
class MemoryBudgetTest {
    private static final int ADDED = 100_000;

    private final Simulation simulation = new Simulation(1, 1);

    @AfterEach
    void close() {
        simulation.close();
    }

    private static PeerUpdate peer(int number, Secret presharedKey) {
        SplittableRandom random = new SplittableRandom(number);
        byte[] key = new byte[PublicKey.BYTES];
        random.nextBytes(key);
        PeerUpdate.AllowedIp prefix =
                new PeerUpdate.AllowedIp(new Prefix(false, 0, random.nextInt() & 0xffff_ffffL, 32), false);
        return new PeerUpdate(
                new PublicKey(key),
                false,
                false,
                presharedKey,
                new InetSocketAddress("192.0.2.1", 1 + number % 65_535),
                OptionalInt.empty(),
                false,
                List.of(prefix));
    }

    private static DeviceUpdate peers(int first, int count) {
        List<PeerUpdate> peers = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            peers.add(peer(i, null));
        }
        return new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers);
    }

    private static long heap() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void peerTakesNoMoreThanItsPartOfTheBudget() throws IOException {
        Node node = simulation.node();
        node.device().apply(peers(0, 1000));
        long before = heap();
        node.device().apply(peers(1000, ADDED));
        long bytes = (heap() - before) / ADDED;
        assertThat(bytes).isLessThanOrEqualTo(MemoryBudget.PEER + MemoryBudget.ALLOWED_IP);
        assertThat(node.device().peerCount()).isEqualTo(1000 + ADDED);
    }

    @Test
    void peersThatDoNotFitAreRefusedTogether() throws IOException {
        Node node = simulation.node(new MemoryBudget(4000 * (MemoryBudget.PEER + MemoryBudget.ALLOWED_IP)));
        node.device().apply(peers(0, 2000));
        assertThatThrownBy(() -> node.device().apply(peers(2000, 1001)))
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessageContaining("-Xmx");
        assertThat(node.device().peerCount()).isEqualTo(2000);
        node.device().apply(peers(2000, 1000));
        assertThat(node.device().peerCount()).as("three quarters are for peers").isEqualTo(3000);
        node.device()
                .apply(new DeviceUpdate(
                        null,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        true,
                        peers(5000, 1500).peers()));
        assertThat(node.device().peerCount())
                .as("replaced peers give their memory back")
                .isEqualTo(1500);
        node.device().apply(peers(7000, 1500));
        assertThat(node.device().peerCount()).isEqualTo(3000);
    }

    @Test
    void aConfigurationThatIsSetAgainNeedsNoMore() throws IOException {
        MemoryBudget memory = new MemoryBudget(2 * (MemoryBudget.PEER + MemoryBudget.ALLOWED_IP));
        Node node = simulation.node(memory);
        node.device().apply(peers(0, 1));
        long used = memory.used();
        node.device().apply(peers(0, 1));
        assertThat(memory.used()).isEqualTo(used);
        node.close();
        assertThat(memory.used()).isZero();
    }

    /** The request may be the one that frees memory. */
    @Test
    void requestBeginsAndPeersAreRemovedWhenTheMemoryIsFull() throws IOException {
        MemoryBudget memory = new MemoryBudget(4 << 20);
        Node node = simulation.node(memory);
        int peers = (int) (memory.limit() * 3 / 4 / (MemoryBudget.PEER + MemoryBudget.ALLOWED_IP));
        node.device().apply(peers(0, peers));
        while (memory.tryContinueRequest()) {
            // Until nothing fits but the beginning of a request.
        }
        assertThatThrownBy(() -> node.device().apply(peers(peers, 1))).isInstanceOf(InsufficientMemoryException.class);
        assertThat(memory.tryBeginRequest()).isTrue();
        long used = memory.used();
        PeerUpdate removal = new PeerUpdate(
                peer(0, null).publicKey(), true, false, null, null, OptionalInt.empty(), false, List.of());
        node.apply(removal);
        assertThat(node.device().peerCount()).isEqualTo(peers - 1);
        assertThat(memory.used()).isEqualTo(used - MemoryBudget.PEER - MemoryBudget.ALLOWED_IP);
    }

    @Test
    void presharedKeysAreAccountedOnce() throws IOException {
        MemoryBudget memory = new MemoryBudget(1 << 20);
        Node node = simulation.node(memory);
        byte[] bytes = ByteBuffer.allocate(Secret.BYTES).putInt(0, 1).array();
        for (int i = 0; i < 2; i++) {
            try (PeerUpdate update = peer(1, new Secret(bytes))) {
                node.apply(update);
            }
            assertThat(memory.used())
                    .isEqualTo(MemoryBudget.PEER + MemoryBudget.ALLOWED_IP + MemoryBudget.PRESHARED_KEY);
        }
        try (PeerUpdate update = peer(1, new Secret())) {
            node.apply(update);
        }
        assertThat(memory.used()).isEqualTo(MemoryBudget.PEER + MemoryBudget.ALLOWED_IP);
    }

    /** The sessions that exist go on, and renew their keys. */
    @Test
    void sessionThatDoesNotFitIsRefused() {
        MemoryBudget memory = new MemoryBudget(MemoryBudget.SESSION * 2);
        Node hub = simulation.node(memory);
        Node first = simulation.node();
        Node second = simulation.node();
        for (Node spoke : List.of(first, second)) {
            hub.addPeer(spoke, null);
            spoke.addPeer(hub, hub.outer4);
        }
        first.send(hub, 0, 100);
        simulation.run(SECOND);
        second.send(hub, 2, 100);
        simulation.run(SECOND);
        assertThat(hub.received()).containsExactly(0);
        assertThat(memory.refusedSessions()).isPositive();
        for (int i = 0; i < 300; i++) {
            first.send(hub, 2 * i, 100);
            simulation.run(SECOND);
        }
        assertThat(hub.received()).as("over two changes of keys").hasSize(300);
        hub.removePeer(first);
        second.send(hub, 4, 100);
        simulation.run(10 * SECOND);
        assertThat(hub.received()).as("a removed peer gives its memory back").isNotEmpty();
    }
}
