// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.InnerPacket;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets and super-packets from TUN to TUN, with one worker and several, over good and bad networks. */
class PipelineSimulationTest {
    private static final int SEEDS = Integer.getInteger("culvert.seeds", 8);
    private static final int TCP_MSS = 1380;

    private static Simulation connected(long seed, int workers) {
        Simulation simulation = new Simulation(seed, workers);
        Node a = simulation.node();
        Node b = simulation.node();
        a.addPeer(b, b.outer4);
        b.addPeer(a, a.outer4);
        return simulation;
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Each packet arrives unchanged and at most once, and always after the network has become good. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void badNetworkNeitherCorruptsNorDuplicatesPackets(int workers) {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (Simulation simulation = connected(seed, workers)) {
                Node a = simulation.nodes().get(0);
                Node b = simulation.nodes().get(1);
                if (seed % 2 == 1) {
                    a.platform().scatter(seed);
                    b.platform().scatter(seed + 1);
                }
                MemoryNetwork network = simulation.network();
                network.setLoss(0.1);
                network.setDuplication(0.1);
                network.setDelay(MILLISECOND, 80 * MILLISECOND);
                // Initiations of both sides can cross each other for a while, so the tunnel is set up first.
                a.send(b, 0, 100);
                simulation.run(30 * SECOND);
                assertThat(b.received()).containsExactly(0);
                exchange(simulation, seed, 400, 0.8);
                network.setLoss(0);
                exchange(simulation, seed, 100, 1);
            }
        }
    }

    /** Sends bursts both ways; at least the share {@code least} of the packets must arrive, unchanged and once. */
    private static void exchange(Simulation simulation, long seed, int packets, double least) {
        Node a = simulation.nodes().get(0);
        Node b = simulation.nodes().get(1);
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> atA = new ArrayList<>();
        List<Integer> atB = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            a.send(b, i, 4 + random.nextInt(1300));
            b.send(a, 10_000 + i, 4 + random.nextInt(1300));
            if (random.nextInt(5) == 0) {
                simulation.run(random.nextLong(300 * MILLISECOND));
            }
        }
        simulation.run(10 * SECOND);
        atA.addAll(a.received());
        atB.addAll(b.received());
        assertThat(atA).doesNotHaveDuplicates().allMatch(number -> number >= 10_000 && number < 10_000 + packets);
        assertThat(atB).doesNotHaveDuplicates().allMatch(number -> number >= 0 && number < packets);
        assertThat(atA.size()).as("at a, seed %d", seed).isGreaterThanOrEqualTo((int) (packets * least));
        assertThat(atB.size()).as("at b, seed %d", seed).isGreaterThanOrEqualTo((int) (packets * least));
    }

    /** Any worker seals and opens trains, but they are committed in order. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void packetsKeepTheirOrderInAGoodNetwork(int workers) {
        try (Simulation simulation = connected(1, workers)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            assertThat(b.received()).containsExactly(0);
            List<Integer> expected = new ArrayList<>();
            List<Integer> received = new ArrayList<>();
            for (int i = 1; i <= 1000; i++) {
                a.send(b, 2 * i, 4 + i % 1300);
                expected.add(2 * i);
                if (i % 90 == 0) {
                    simulation.runUntilIdle();
                    received.addAll(b.received());
                }
            }
            simulation.runUntilIdle();
            received.addAll(b.received());
            assertThat(received).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "false, 1, 65400",
        "true, 1, 65400",
        "false, 3, 65400",
        "false, 1, 1381",
        "true, 1, 1380",
        "false, 1, 5000"
    })
    void tcpSuperPacketArrivesWhole(boolean ipv6, int workers, int size) {
        try (Simulation simulation = connected(2, workers)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            byte[] content = bytes(size, 3);
            a.tun()
                    .sendFramed(InnerPacket.superTcp(
                            ipv6 ? a.inner6 : a.inner4,
                            ipv6 ? b.inner6 : b.inner4,
                            1000,
                            content,
                            ipv6 ? 1360 : TCP_MSS));
            simulation.runUntilIdle();
            assertThat(simulation.network().sent())
                    .filteredOn(sent -> sent.type() == 4)
                    .hasSize((size + (ipv6 ? 1360 : TCP_MSS) - 1) / (ipv6 ? 1360 : TCP_MSS))
                    .allMatch(sent -> sent.payload().length <= 1420 + 32);
            List<byte[]> written = b.tun().received();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (byte[] framed : written) {
                InnerPacket.split(framed).forEach(packet -> stream.writeBytes(InnerPacket.payload(packet)));
            }
            assertThat(stream.toByteArray()).isEqualTo(content);
            assertThat(written).as("segments are coalesced again").hasSizeLessThanOrEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void udpSuperPacketArrivesAsItsDatagrams(boolean ipv6) {
        try (Simulation simulation = connected(3, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            byte[] content = bytes(40 * 1200 + 7, 4);
            a.tun()
                    .sendFramed(InnerPacket.superUdp(
                            ipv6 ? a.inner6 : a.inner4, ipv6 ? b.inner6 : b.inner4, content, 1200));
            simulation.runUntilIdle();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            List<byte[]> packets = b.receivedPackets();
            packets.forEach(packet -> stream.writeBytes(InnerPacket.payload(packet)));
            assertThat(packets).hasSize(41);
            assertThat(stream.toByteArray()).isEqualTo(content);
        }
    }

    /** The network coalesces the datagrams of a send. */
    @Test
    void superPacketTakesOneSendAndOneReceive() {
        try (Simulation simulation = connected(4, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            long sends = a.platform().io(0).counters().get(Counter.UDP_SENDS);
            long receives = b.platform().io(0).counters().get(Counter.UDP_RECEIVES);
            a.tun().sendFramed(InnerPacket.superTcp(a.inner4, b.inner4, 1, bytes(40 * TCP_MSS, 5), TCP_MSS));
            simulation.runUntilIdle();
            assertThat(a.platform().io(0).counters().get(Counter.UDP_SENDS) - sends)
                    .isEqualTo(1);
            assertThat(b.platform().io(0).counters().get(Counter.UDP_RECEIVES) - receives)
                    .isEqualTo(1);
        }
    }

    /** Trains do not mix the segments of adjacent super-packets, although fewer trains could hold them. */
    @Test
    void adjacentSuperPacketsAreDeliveredWithTheirBoundaries() {
        try (Simulation simulation = connected(4, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            b.tun().received();
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                // A shorter last segment keeps the network from coalescing the datagrams of two super-packets.
                byte[] content = bytes(40 * TCP_MSS - 100, i);
                sent.add(content);
                a.tun().sendFramed(InnerPacket.superTcp(a.inner4, b.inner4, 1 + i * content.length, content, TCP_MSS));
            }
            simulation.runUntilIdle();
            assertThat(b.tun().received())
                    .extracting(framed -> {
                        ByteArrayOutputStream stream = new ByteArrayOutputStream();
                        InnerPacket.split(framed).forEach(packet -> stream.writeBytes(InnerPacket.payload(packet)));
                        return stream.toByteArray();
                    })
                    .containsExactlyElementsOf(sent);
        }
    }

    /** More super-packets than trains and buffers; the tunnel works on afterwards. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void surplusOfAnOverloadIsDroppedAndCounted(int workers) {
        try (Simulation simulation = connected(5, workers)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            b.received();
            for (int i = 0; i < 300; i++) {
                a.tun().sendFramed(InnerPacket.superTcp(a.inner4, b.inner4, i, bytes(45 * TCP_MSS, i), TCP_MSS));
            }
            simulation.runUntilIdle();
            long delivered = b.receivedPackets().size();
            long dropped = a.device().drops().get(DropCause.TX_OVERLOAD)
                    + b.device().drops().get(DropCause.RX_OVERLOAD);
            assertThat(delivered + dropped).isEqualTo(300 * 45);
            a.send(b, 2, 100);
            simulation.runUntilIdle();
            assertThat(b.received()).containsExactly(2);
        }
    }

    /** To a multiple of 16 bytes, but not beyond the MTU. */
    @ParameterizedTest
    @CsvSource({
        "4, 64",
        "20, 80",
        "100, 160",
        "1376, 1440",
        "1377, 1440",
        "1380, 1440",
        "1384, 1452",
        "1388, 1452",
        "1392, 1452"
    })
    void messagesArePaddedWithinTheMtu(int payload, int expected) {
        try (Simulation simulation = connected(6, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, payload);
            simulation.runUntilIdle();
            assertThat(b.received()).containsExactly(0);
            int packet = 28 + payload;
            int padded = Math.min((packet + 15) / 16 * 16, 1420);
            assertThat(simulation.network().sent().getLast().payload()).hasSize(padded + 32);
            assertThat(padded + 32).isEqualTo(expected);
        }
    }

    /** By RFC 6040, CE becomes ECT(0). The DSCP is 0 for data and AF41 for handshakes. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 2"})
    void outerHeaderCarriesTheEcnBits(int inner, int outer) {
        try (Simulation simulation = connected(7, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.tun().send(InnerPacket.withEcn(a.packet(b, 0, 100), inner));
            simulation.runUntilIdle();
            List<Datagram> sent = simulation.network().sent();
            assertThat(sent).extracting(Datagram::dscp).containsExactly(0x88, 0x88, 0);
            assertThat(sent).extracting(Datagram::ecn).containsExactly(0, 0, outer);
            assertThat(InnerPacket.ecn(b.receivedPackets().getFirst())).isEqualTo(inner);
        }
    }

    /** By RFC 6040, if the inner packet is ECN-capable. */
    @ParameterizedTest
    @CsvSource({"0, 3, 0", "1, 3, 3", "2, 3, 3", "3, 0, 3", "2, 0, 2", "2, 1, 1"})
    void outerEcnMarksReachTheInnerPacket(int inner, int outer, int expected) {
        try (Simulation simulation = connected(8, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            b.received();
            simulation.network().sent();
            simulation.network().block(sent -> true);
            a.tun().send(InnerPacket.withEcn(a.packet(b, 2, 100), inner));
            simulation.runUntilIdle();
            simulation.network().inject(simulation.network().sent().getFirst().withEcn(outer));
            simulation.runUntilIdle();
            assertThat(InnerPacket.ecn(b.receivedPackets().getFirst())).isEqualTo(expected);
        }
    }

    /** A packet with a wrong source is dropped and not counted as received, but updates the endpoint. */
    @Test
    void innerSourceMustBelongToThePeer() {
        try (Simulation simulation = connected(9, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            b.received();
            long received = b.peer().receivedBytes();
            Address elsewhere = Address.of("198.51.100.77", 0);
            a.platform().bind().setAddresses(List.of(elsewhere));
            a.tun().send(InnerPacket.udp(Address.of("10.0.0.9", 1), b.inner4, bytes(50, 1)));
            simulation.runUntilIdle();
            assertThat(b.received()).isEmpty();
            assertThat(b.device().drops()).containsEntry(DropCause.RX_BAD_SOURCE, 1L);
            assertThat(b.peer().receivedBytes()).isEqualTo(received);
            assertThat(b.peer().endpoint().toSocketAddress())
                    .isEqualTo(elsewhere.withPort(Node.PORT).toSocketAddress());
        }
    }

    @Test
    void packetsWithoutAPeerAreDropped() {
        try (Simulation simulation = connected(10, 1)) {
            Node a = simulation.nodes().get(0);
            Node b = simulation.nodes().get(1);
            a.tun().send(InnerPacket.udp(a.inner4, Address.of("10.9.9.9", 1), bytes(50, 1)));
            a.tun().send(InnerPacket.udp(a.inner6, Address.of("fd00::99", 1), bytes(50, 1)));
            a.tun().send(new byte[] {0x45});
            a.tun().send(new byte[60]);
            simulation.runUntilIdle();
            assertThat(simulation.network().sent()).isEmpty();
            assertThat(a.device().drops())
                    .containsEntry(DropCause.TX_NO_PEER, 2L)
                    .containsEntry(DropCause.TX_MALFORMED, 2L);
            assertThat(b.received()).isEmpty();
        }
    }

    /** As the kernel does: a packet without a peer, and one whose peer has no endpoint, in both families. */
    @Test
    void unreachableDestinationsAreAnsweredByIcmp() {
        try (Simulation simulation = new Simulation(10, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, null);
            byte[] withoutEndpoint = InnerPacket.udp(a.inner4, b.inner4, bytes(50, 1));
            byte[] withoutPeer = InnerPacket.udp(a.inner6, Address.of("fd00::99", 1), bytes(50, 1));
            a.tun().send(withoutEndpoint);
            a.tun().send(withoutPeer);
            simulation.runUntilIdle();
            List<byte[]> answers = a.tun().received();
            assertThat(answers).hasSize(2);
            assertThat(answers.get(0)).endsWith(withoutEndpoint);
            assertThat(answers.get(1)).endsWith(withoutPeer);
            assertThat(a.device().drops())
                    .containsEntry(DropCause.TX_NO_PEER, 1L)
                    .containsEntry(DropCause.TX_NO_ENDPOINT, 1L);
        }
    }

    @Test
    void icmpErrorsAreLimitedAsTheKernelsAre() {
        try (Simulation simulation = connected(10, 1)) {
            Node a = simulation.nodes().get(0);
            byte[] packet = InnerPacket.udp(a.inner4, Address.of("10.9.9.9", 1), bytes(50, 1));
            for (int i = 0; i < 2000; i++) {
                a.tun().send(packet);
                simulation.run(MILLISECOND / 10);
            }
            // In 200 ms at 1,000 a second, after a burst of 50.
            assertThat(a.tun().received()).hasSizeBetween(240, 255);
        }
    }

    /** The homes of the peers are spread over the workers. */
    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "3, true"})
    void hubExchangesPacketsWithManyPeers(int workers, boolean scattered) {
        try (Simulation simulation = new Simulation(11, workers)) {
            Node hub = simulation.node();
            List<Node> spokes = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Node spoke = simulation.node();
                spoke.addPeer(hub, hub.outer4);
                hub.addPeer(spoke, null);
                spokes.add(spoke);
            }
            if (scattered) {
                hub.platform().scatter(1);
            }
            simulation.network().setDelay(MILLISECOND, 5 * MILLISECOND);
            for (int round = 0; round < 10; round++) {
                Set<Integer> expected = new HashSet<>();
                for (int i = 0; i < spokes.size(); i++) {
                    spokes.get(i).send(hub, 100 * round + i, 200);
                    expected.add(100 * round + i);
                }
                simulation.run(SECOND);
                assertThat(hub.received()).containsExactlyInAnyOrderElementsOf(expected);
                for (int i = 0; i < spokes.size(); i++) {
                    hub.send(spokes.get(i), i, 300);
                }
                simulation.run(SECOND);
                for (int i = 0; i < spokes.size(); i++) {
                    assertThat(spokes.get(i).received()).containsExactly(i);
                }
            }
        }
    }

    /** At once, with the next packet. */
    @Test
    void trafficFollowsAMovedPrefix() {
        try (Simulation simulation = new Simulation(12, 2)) {
            Node hub = simulation.node();
            Node one = simulation.node();
            Node two = simulation.node();
            hub.addPeer(one, one.outer4);
            hub.addPeer(two, two.outer4);
            one.addPeer(hub, null);
            two.addPeer(hub, null);
            hub.send(one, 0, 100);
            hub.send(two, 2, 100);
            simulation.runUntilIdle();
            assertThat(one.received()).containsExactly(0);
            assertThat(two.received()).containsExactly(2);
            Prefix moved = new Prefix(false, 0, one.inner4.low(), 32);
            hub.apply(new PeerUpdate(
                    two.publicKey(),
                    false,
                    true,
                    null,
                    null,
                    OptionalInt.empty(),
                    false,
                    List.of(new PeerUpdate.AllowedIp(moved, false))));
            hub.send(one, 4, 100);
            simulation.runUntilIdle();
            assertThat(one.received()).isEmpty();
            assertThat(two.received()).containsExactly(4);
        }
    }
}
