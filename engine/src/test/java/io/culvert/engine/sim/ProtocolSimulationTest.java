// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol's timers and rules between two devices, in virtual time, with one worker each. */
class ProtocolSimulationTest {
    private static final int INITIATION = 1;
    private static final int RESPONSE = 2;
    private static final int COOKIE = 3;
    private static final int DATA = 4;

    private final Simulation simulation = new Simulation(1, workers());
    private final MemoryNetwork network = simulation.network();
    private final Node a = simulation.node();
    private final Node b = simulation.node();

    /** The number of workers, of which the last gets all input and the first is the peer's home. */
    int workers() {
        return 1;
    }

    @BeforeEach
    void connect() {
        a.platform().arriveAt(workers() - 1);
        b.platform().arriveAt(workers() - 1);
        a.addPeer(b, b.outer4);
        b.addPeer(a, null);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    private List<Integer> typesSent() {
        return network.sent().stream().map(Datagram::type).toList();
    }

    private long sentOf(int type) {
        return network.sent().stream().filter(sent -> sent.type() == type).count();
    }

    private static boolean isKeepalive(Datagram datagram) {
        return datagram.type() == DATA && datagram.payload().length == 32;
    }

    /** Sets the tunnel up with one packet from a to b. */
    private void establish() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        assertThat(typesSent()).containsExactly(INITIATION, RESPONSE, DATA);
    }

    /** Seconds from now until {@code type} is sent; fails after {@code limit}. */
    private double secondsUntil(int type, int limit) {
        long start = simulation.clock().nanos();
        while (sentOf(type) == 0) {
            simulation.run(10 * MILLISECOND);
            assertThat(simulation.clock().nanos() - start)
                    .as("%d s without type %d", limit, type)
                    .isLessThan(limit * SECOND);
        }
        return (double) (simulation.clock().nanos() - start) / SECOND;
    }

    @Test
    void firstPacketStartsTheHandshakeAndIsSentAfterIt() {
        establish();
        b.send(a, 1, 1200);
        simulation.runUntilIdle();
        assertThat(a.received()).containsExactly(1);
        assertThat(typesSent()).containsExactly(DATA);
        assertThat(a.peer().handshakeSeconds()).isEqualTo(simulation.clock().wallSeconds());
        assertThat(b.peer().handshakeSeconds()).isEqualTo(simulation.clock().wallSeconds());
    }

    /** In UDP payload bytes: 148 and 92 for the handshake, and 32 more than each padded packet. */
    @Test
    void bytesAreCountedAsTheKernelDoes() {
        establish();
        b.send(a, 1, 1200);
        simulation.runUntilIdle();
        // The packet of 20 + 8 + 100 is sent as 128 + 32, that of 40 + 8 + 1200 as 1248 + 32.
        assertThat(a.peer().sentBytes()).isEqualTo(148 + 160);
        assertThat(a.peer().receivedBytes()).isEqualTo(92 + 1280);
        assertThat(b.peer().sentBytes()).isEqualTo(92 + 1280);
        assertThat(b.peer().receivedBytes()).isEqualTo(148 + 160);
    }

    @Test
    void tunnelComesUpIfBothSidesInitiateAtOnce() {
        b.apply(new PeerUpdate(
                a.publicKey(), false, true, null, a.outer6.toSocketAddress(), OptionalInt.empty(), false, List.of()));
        network.setDelay(20 * MILLISECOND, 20 * MILLISECOND);
        a.send(b, 1, 100);
        b.send(a, 2, 100);
        simulation.run(6 * SECOND);
        assertThat(b.received()).containsExactly(1);
        assertThat(a.received()).containsExactly(2);
        a.send(b, 3, 100);
        b.send(a, 4, 100);
        simulation.run(SECOND);
        assertThat(b.received()).containsExactly(3);
        assertThat(a.received()).containsExactly(4);
    }

    @Test
    void initiatorRekeysEvery120SecondsWithoutLoss() {
        List<Integer> initiatedAt = new ArrayList<>();
        for (int second = 0; second < 300; second++) {
            a.send(b, second, 100);
            simulation.runUntilIdle();
            for (Datagram sent : network.sent()) {
                if (sent.type() == INITIATION) {
                    assertThat(sent.from()).isEqualTo(a.outer4);
                    initiatedAt.add(second);
                }
            }
            assertThat(b.received()).containsExactly(second);
            simulation.run(SECOND);
        }
        assertThat(initiatedAt).containsExactly(0, 120, 240);
    }

    /** The initiator rekeys when its passive keepalive finds the key too old. */
    @Test
    void responderLeavesRekeyingToTheInitiator() {
        establish();
        for (int second = 1; second <= 200; second++) {
            b.send(a, second, 100);
            simulation.run(SECOND);
            assertThat(network.sent())
                    .noneMatch(sent -> sent.type() == INITIATION && sent.from().equals(b.outer4));
            assertThat(a.received()).containsExactly(second);
        }
    }

    @Test
    void receiverSendsOnePassiveKeepaliveWithinTenSeconds() {
        establish();
        simulation.run(9_900 * MILLISECOND);
        assertThat(network.sent()).isEmpty();
        simulation.run(200 * MILLISECOND);
        assertThat(network.sent()).singleElement().satisfies(sent -> {
            assertThat(isKeepalive(sent)).isTrue();
            assertThat(sent.from()).isEqualTo(b.outer4);
        });
    }

    @Test
    void idleTunnelIsSilent() {
        establish();
        simulation.run(20 * SECOND);
        network.sent();
        simulation.run(3600 * SECOND);
        assertThat(network.sent()).isEmpty();
        assertThat(a.earliest()).as("no timer is set").isEqualTo(Long.MAX_VALUE);
        assertThat(b.earliest()).as("no timer is set").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void senderWithoutAnswerStartsAHandshakeAfter15Seconds() {
        establish();
        network.block(sent -> sent.from().equals(b.outer4));
        a.send(b, 2, 100);
        assertThat(secondsUntil(INITIATION, 20)).isBetween(15.0, 15.4);
    }

    @Test
    void persistentKeepaliveIsSentAtOnceAndThenAtItsInterval() {
        a.addPeer(b, b.outer4, 25);
        simulation.runUntilIdle();
        assertThat(typesSent()).containsExactly(INITIATION, RESPONSE, DATA);
        for (int i = 0; i < 4; i++) {
            simulation.run(24_900 * MILLISECOND);
            assertThat(network.sent()).isEmpty();
            simulation.run(100 * MILLISECOND + 20 * MILLISECOND);
            assertThat(network.sent()).singleElement().matches(ProtocolSimulationTest::isKeepalive);
        }
        a.addPeer(b, b.outer4, 0);
        simulation.run(100 * SECOND);
        assertThat(network.sent()).isEmpty();
    }

    @Test
    void handshakeEndsAfterTwentyInitiationsAndNewTrafficRestartsIt() {
        network.block(sent -> true);
        a.send(b, 1, 100);
        long last = Long.MIN_VALUE;
        int count = 0;
        for (long end = simulation.clock().nanos() + 200 * SECOND;
                simulation.clock().nanos() < end; ) {
            simulation.run(10 * MILLISECOND);
            if (sentOf(INITIATION) > 0) {
                long now = simulation.clock().nanos();
                if (count++ > 0) {
                    assertThat(now - last).isBetween(5 * SECOND - 10 * MILLISECOND, 5 * SECOND + 350 * MILLISECOND);
                }
                last = now;
            }
        }
        assertThat(count).isEqualTo(20);
        assertThat(a.device().drops()).containsEntry(DropCause.TX_STAGED_FULL, 1L);
        simulation.run(3600 * SECOND);
        assertThat(network.sent()).isEmpty();
        assertThat(a.device().indexTable().size()).as("handshakes in progress").isZero();
        network.unblock();
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received())
                .as("packets dropped with the handshake stay dropped")
                .containsExactly(2);
    }

    @Test
    void lostInitiationsAndResponsesAreRetransmitted() {
        network.block(sent -> sent.type() == RESPONSE);
        a.send(b, 1, 100);
        simulation.run(12 * SECOND);
        assertThat(sentOf(RESPONSE)).isEqualTo(3);
        network.unblock();
        simulation.run(6 * SECOND);
        assertThat(b.received()).containsExactly(1);
    }

    /** As in the kernel: the queue is cut to 128 packets before another is added. */
    @Test
    void oldestStagedPacketsAreDroppedBeyond128() {
        network.block(sent -> true);
        for (int i = 0; i < 200; i++) {
            a.send(b, 2 * i, 100);
        }
        simulation.runUntilIdle();
        network.unblock();
        simulation.run(6 * SECOND);
        assertThat(b.received())
                .containsExactlyElementsOf(
                        IntStream.range(200 - 129, 200).mapToObj(i -> 2 * i).toList());
        assertThat(a.device().drops()).containsEntry(DropCause.TX_STAGED_FULL, 200L - 129);
    }

    /** Packets are staged until the next handshake. */
    @Test
    void keyIsNotUsedForSendingAfter180Seconds() {
        establish();
        network.block(sent -> sent.type() != DATA);
        for (int second = 1; second < 180; second++) {
            simulation.run(SECOND);
            a.send(b, second, 100);
            simulation.runUntilIdle();
            assertThat(b.received()).containsExactly(second);
        }
        simulation.run(SECOND);
        network.sent();
        a.send(b, 180, 100);
        b.send(a, 181, 100);
        simulation.runUntilIdle();
        assertThat(sentOf(DATA)).isZero();
        network.unblock();
        simulation.run(6 * SECOND);
        assertThat(b.received()).containsExactly(180);
        assertThat(a.received()).containsExactly(181);
    }

    /** By the receiver's clock, even if the message was sealed in time. */
    @Test
    void keyIsNotUsedForReceivingAfter180Seconds() {
        establish();
        a.send(b, 1, 100);
        network.block(sent -> true);
        simulation.runUntilIdle();
        List<Datagram> late = network.sent();
        assertThat(late).hasSize(1);
        simulation.run(179 * SECOND + 900 * MILLISECOND);
        simulation.clock().advance(200 * MILLISECOND);
        late.forEach(network::inject);
        simulation.runUntilIdle();
        assertThat(b.received()).isEmpty();
        assertThat(b.device().drops().get(DropCause.RX_EXPIRED)).isEqualTo(1);
    }

    @Test
    void keysAreDeletedAfter540Seconds() {
        establish();
        simulation.run(539 * SECOND);
        assertThat(a.device().indexTable().size()).isPositive();
        assertThat(b.device().indexTable().size()).isPositive();
        simulation.run(2 * SECOND);
        assertThat(a.device().indexTable().size()).isZero();
        assertThat(b.device().indexTable().size()).isZero();
    }

    @Test
    void replayedAndDuplicatedMessagesAreDeliveredOnce() {
        establish();
        network.setDuplication(1);
        for (int i = 0; i < 100; i++) {
            a.send(b, i, 100);
        }
        simulation.runUntilIdle();
        List<Datagram> all = network.sent();
        assertThat(b.received()).hasSize(100).doesNotHaveDuplicates();
        all.forEach(network::inject);
        simulation.runUntilIdle();
        assertThat(b.received()).isEmpty();
        assertThat(b.device().drops()).containsEntry(DropCause.RX_REPLAYED, 200L);
    }

    @Test
    void replayedInitiationIsNotAnswered() {
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        List<Datagram> all = network.sent();
        simulation.run(SECOND);
        network.sent();
        all.stream().filter(sent -> sent.type() == INITIATION).forEach(network::inject);
        simulation.run(SECOND);
        assertThat(network.sent()).isEmpty();
    }

    @Test
    void endpointFollowsTheLatestAuthenticMessage() {
        establish();
        Address elsewhere = Address.of("198.51.100.77", 0);
        a.platform().bind().setAddresses(List.of(elsewhere, a.outer6));
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(1);
        assertThat(b.peer().endpoint().toSocketAddress())
                .isEqualTo(elsewhere.withPort(Node.PORT).toSocketAddress());
        b.send(a, 2, 100);
        simulation.runUntilIdle();
        assertThat(a.received()).containsExactly(2);
    }

    @Test
    void endpointMayChangeTheAddressFamily() {
        establish();
        a.addPeer(b, b.outer6);
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(1);
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(a.outer6.toSocketAddress());
        b.send(a, 2, 100);
        simulation.runUntilIdle();
        assertThat(a.received()).containsExactly(2);
    }

    @Test
    void forgedAndReplayedMessagesDoNotChangeTheEndpoint() {
        establish();
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        Address attacker = Address.of("203.0.113.66", 6666);
        for (Datagram sent : network.sent()) {
            network.inject(sent.withFrom(attacker));
            byte[] forged = sent.payload().clone();
            forged[8]++;
            network.inject(new Datagram(forged, attacker, sent.to(), 0, 0));
        }
        simulation.runUntilIdle();
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(a.outer4.toSocketAddress());
        assertThat(network.sent()).isEmpty();
    }

    @Test
    void removedPeerNeitherSendsNorReceives() {
        establish();
        b.removePeer(a);
        a.send(b, 1, 100);
        b.send(a, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).isEmpty();
        assertThat(a.received()).isEmpty();
        assertThat(sentOf(DATA)).as("messages of a").isOne();
        assertThat(b.device().indexTable().size()).isZero();
        assertThat(b.device().drops())
                .containsEntry(DropCause.RX_UNKNOWN_INDEX, 1L)
                .containsEntry(DropCause.TX_NO_PEER, 1L);
    }

    @Test
    void presharedKeysMustAgree() {
        setPresharedKey(a, b, 1);
        a.send(b, 1, 100);
        simulation.run(SECOND);
        assertThat(sentOf(DATA)).isZero();
        setPresharedKey(b, a, 1);
        simulation.run(6 * SECOND);
        assertThat(b.received()).containsExactly(1);
    }

    private static void setPresharedKey(Node node, Node peer, int value) {
        byte[] key = new byte[Secret.BYTES];
        key[0] = (byte) value;
        try (PeerUpdate update = new PeerUpdate(
                peer.publicKey(), false, true, new Secret(key), null, OptionalInt.empty(), false, List.of())) {
            node.apply(update);
        }
    }

    @Test
    void newPrivateKeyEndsSendingAtOnceButNotReceiving() {
        establish();
        byte[] key = new byte[Secret.BYTES];
        key[5] = 5;
        try (DeviceUpdate update =
                new DeviceUpdate(new Secret(key), OptionalInt.empty(), OptionalInt.empty(), false, List.of())) {
            a.apply(update);
        }
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        assertThat(typesSent())
                .as("an initiation of an unknown peer gets no answer")
                .containsExactly(INITIATION);
        b.send(a, 2, 100);
        simulation.runUntilIdle();
        assertThat(a.received()).as("packets under the old key").containsExactly(2);
    }

    /** They change neither the session nor the endpoint. */
    @Test
    void randomDatagramsAreCountedAndGetNoAnswer() {
        establish();
        Address attacker = Address.of("203.0.113.66", 6666);
        SplittableRandom random = new SplittableRandom(7);
        int[] lengths = {0, 1, 3, 4, 5, 16, 31, 32, 33, 63, 64, 65, 91, 92, 93, 147, 148, 149, 1500, 65_507};
        for (int round = 0; round < 40; round++) {
            for (int length : lengths) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                if (length >= 4 && round % 2 == 0) {
                    bytes[0] = (byte) (round / 2 % 6);
                    bytes[1] = 0;
                    bytes[2] = 0;
                    bytes[3] = 0;
                }
                network.inject(new Datagram(bytes, attacker, b.outer4, 0, 0));
            }
            simulation.runUntilIdle();
        }
        assertThat(network.sent()).isEmpty();
        assertThat(b.received()).isEmpty();
        assertThat(b.peer().endpoint().toSocketAddress()).isEqualTo(a.outer4.toSocketAddress());
        assertThat(b.device().drops().get(DropCause.RX_MALFORMED)).isGreaterThan(400);
        assertThat(b.device().drops().get(DropCause.RX_UNKNOWN_INDEX)).isPositive();
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(1);
    }

    /** The load is a flood of initiations. */
    @Test
    void responderUnderLoadDemandsACookieAndAcceptsIt() {
        network.block(sent -> sent.type() == RESPONSE);
        a.send(b, 1, 100);
        simulation.runUntilIdle();
        Datagram initiation = network.sent().getFirst();
        assertThat(initiation.type()).isEqualTo(INITIATION);
        for (int i = 0; i < 1000; i++) {
            network.inject(initiation);
        }
        simulation.runUntilIdle();
        List<Datagram> answers = network.sent();
        assertThat(answers).hasSizeBetween(1, 1000).allSatisfy(answer -> {
            assertThat(answer.type()).isEqualTo(COOKIE);
            assertThat(answer.payload()).hasSize(64);
        });
        network.unblock();
        simulation.run(6 * SECOND);
        List<Datagram> sent = network.sent();
        assertThat(sent.getFirst().type()).isEqualTo(INITIATION);
        byte[] mac2 = Arrays.copyOfRange(sent.getFirst().payload(), 132, 148);
        assertThat(mac2).as("mac2").isNotEqualTo(new byte[16]);
        assertThat(b.received()).containsExactly(1);
    }
}
