// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MICROSECOND;
import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.TokenHolder;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.InnerPacket;
import io.culvert.engine.testkit.MemoryTun;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** The scheduling policies of whole devices, in virtual time. Traffic goes from a to b. */
class SchedulingSimulationTest {
    private static final int DATA = 4;
    private static final int TCP_MSS = 1380;
    private static final int SEGMENTS = 45;
    /** Of datagrams in UDP super-packets. */
    private static final int DATAGRAM = 1000;

    private static final int BULK_FLOWS = 10;
    private static final int PING = 48;
    /** A ping as a data message: padded to a multiple of 16, with 32 bytes of WireGuard. */
    private static final int PING_MESSAGE = 80 + 32;

    private static Simulation connected(int workers) {
        Simulation simulation = new Simulation(1, workers);
        Node a = simulation.node();
        Node b = simulation.node();
        a.addPeer(b, b.outer4);
        b.addPeer(a, a.outer4);
        establish(simulation, a, b);
        return simulation;
    }

    private static void establish(Simulation simulation, Node from, Node to) {
        from.send(to, 0, 100);
        simulation.runUntilIdle();
        assertThat(to.received()).containsExactly(0);
        // The handshake takes no virtual time, so the workers measured an absurd packet rate: its average must fall.
        for (int i = 0; i < 50; i++) {
            from.send(to, 0, 100);
            simulation.run(100 * MILLISECOND);
        }
        to.received();
        simulation.network().sent();
    }

    private static Node a(Simulation simulation) {
        return simulation.nodes().get(0);
    }

    private static Node b(Simulation simulation) {
        return simulation.nodes().get(1);
    }

    private static Address port(Address address, int port) {
        return address.withPort(port);
    }

    /** A TCP super-packet of {@value #SEGMENTS} segments, of flow {@code flow}. */
    private static byte[] bulk(Node from, Node to, int flow, int number) {
        byte[] payload = new byte[SEGMENTS * TCP_MSS];
        return InnerPacket.superTcp(
                port(from.inner4, 1000 + flow), to.inner4, 1 + number * payload.length, payload, TCP_MSS);
    }

    /** A short packet of a flow of its own. */
    private static byte[] ping(Node from, Node to) {
        return InnerPacket.udp(port(from.inner4, 9), port(to.inner4, 9), new byte[PING]);
    }

    /** A super-packet of {@code count} datagrams. */
    private static byte[] burst(Node from, Node to, int count) {
        return InnerPacket.superUdp(from.inner4, to.inner4, new byte[count * DATAGRAM], DATAGRAM);
    }

    private static int datagrams(MemoryTun.Write write) {
        return InnerPacket.split(write.framed()).size();
    }

    /** The number of data messages that were sent before the ping. */
    private static int sentBeforePing(List<Datagram> sent) {
        List<Integer> lengths = sent.stream()
                .filter(datagram -> datagram.type() == DATA)
                .map(datagram -> datagram.payload().length)
                .toList();
        assertThat(lengths).contains(PING_MESSAGE);
        return lengths.indexOf(PING_MESSAGE);
    }

    private static void sendBulkAndPing(Simulation simulation, int number) {
        Node a = a(simulation);
        for (int flow = 0; flow < BULK_FLOWS; flow++) {
            a.tun().sendFramed(bulk(a, b(simulation), flow, number));
        }
        a.tun().send(ping(a, b(simulation)));
    }

    @Test
    void expectedPingOvertakesBulkPackets() {
        try (Simulation simulation = connected(1)) {
            sendBulkAndPing(simulation, 0);
            simulation.runUntilIdle();
            assertThat(sentBeforePing(simulation.network().sent()))
                    .as("the first ping is not expected")
                    .isEqualTo(BULK_FLOWS * SEGMENTS);
            for (int round = 1; round < 4; round++) {
                simulation.run(100 * MILLISECOND);
                simulation.network().sent();
                sendBulkAndPing(simulation, round);
                simulation.runUntilIdle();
                assertThat(sentBeforePing(simulation.network().sent())).isZero();
            }
            assertThat(b(simulation).receivedPackets()).hasSize(4 * (BULK_FLOWS * SEGMENTS + 1));
        }
    }

    @Test
    void pingsAreExpectedForAQuarterOfASecond() {
        try (Simulation simulation = connected(1)) {
            sendBulkAndPing(simulation, 0);
            simulation.run(251 * MILLISECOND);
            simulation.network().sent();
            sendBulkAndPing(simulation, 1);
            simulation.runUntilIdle();
            assertThat(sentBeforePing(simulation.network().sent())).isEqualTo(BULK_FLOWS * SEGMENTS);
        }
    }

    /** Has {@code send} run at the beginning of each of {@code periods} periods; returns the writes to b's TUN. */
    private static List<MemoryTun.Write> periods(Simulation simulation, int periods, long nanos, IntConsumer send) {
        for (int period = 0; period < periods; period++) {
            send.accept(period);
            simulation.run(nanos);
        }
        return b(simulation).tun().writes();
    }

    @Test
    void burstsAreDeliveredAtThreeTimesTheAverageRateAtMost() {
        int size = 46;
        int bursts = 4;
        double rate = (double) bursts * size / MILLISECOND;
        try (Simulation simulation = connected(1)) {
            Node a = a(simulation);
            IntConsumer send = period -> {
                for (int i = 0; i < bursts; i++) {
                    a.tun().sendFramed(burst(a, b(simulation), size));
                }
            };
            periods(simulation, 40, MILLISECOND, send);
            List<MemoryTun.Write> writes = periods(simulation, 100, MILLISECOND, send);
            int[] counts = writes.stream()
                    .mapToInt(SchedulingSimulationTest::datagrams)
                    .toArray();
            assertThat(Arrays.stream(counts).sum()).isEqualTo(100 * bursts * size);
            for (int first = 0; first < writes.size(); first++) {
                int delivered = 0;
                for (int next = first + 1; next < writes.size() && next < first + 20; next++) {
                    delivered += counts[next - 1];
                    // The pacer leaves out a delay of less than 30 us, and averages over periods that are not whole: 10
                    // %.
                    long elapsed = writes.get(next).nanos() - writes.get(first).nanos() + 30 * MICROSECOND;
                    assertThat((double) delivered)
                            .as("datagrams from write %d to write %d", first, next)
                            .isLessThanOrEqualTo(16 + 1.1 * 3 * rate * elapsed);
                }
            }
        }
    }

    @Test
    void burstDelaysTheNextByAtMost250Microseconds() {
        int bursts = 12;
        try (Simulation simulation = connected(1)) {
            Node a = a(simulation);
            List<MemoryTun.Write> writes = periods(simulation, 1, 4 * MILLISECOND, period -> {
                for (int i = 0; i < bursts; i++) {
                    a.tun().sendFramed(burst(a, b(simulation), 60));
                }
            });
            assertThat(writes).hasSize(bursts);
            List<Long> delays = new ArrayList<>();
            for (int i = 1; i < bursts; i++) {
                delays.add(writes.get(i).nanos() - writes.get(i - 1).nanos());
            }
            assertThat(delays).allMatch(delay -> delay <= 250 * MICROSECOND).contains(250 * MICROSECOND);
        }
    }

    @Test
    void nothingIsDelayedBesideTcp() {
        try (Simulation simulation = connected(1)) {
            Node a = a(simulation);
            IntConsumer send = period -> {
                for (int i = 0; i < 3; i++) {
                    a.tun().sendFramed(burst(a, b(simulation), 46));
                }
                a.tun().sendFramed(bulk(a, b(simulation), 0, period));
            };
            // The pacer learns of TCP at the end of its first averaging period.
            periods(simulation, 20, MILLISECOND, send);
            long begin = simulation.clock().nanos();
            List<MemoryTun.Write> writes = periods(simulation, 20, MILLISECOND, send);
            assertThat(writes).hasSize(20 * 4).allMatch(write -> (write.nanos() - begin) % MILLISECOND == 0);
        }
    }

    @Test
    void manySmallPacketsShareWakeUpsOf150Microseconds() {
        int packets = 2_000;
        try (Simulation simulation = connected(1)) {
            Node a = a(simulation);
            Deque<Long> waiting = new ArrayDeque<>();
            long longest = 0;
            long cycles = a.cycles(0);
            for (int i = 0; i < packets; i++) {
                a.send(b(simulation), 2 * i, 100);
                waiting.add(simulation.clock().nanos());
                simulation.run(10 * MICROSECOND);
                for (Datagram sent : simulation.network().sent()) {
                    assertThat(sent.type()).isEqualTo(DATA);
                    longest = Math.max(longest, simulation.clock().nanos() - waiting.remove());
                }
            }
            simulation.runUntilIdle();
            assertThat(a.cycles(0) - cycles).as("duty cycles").isLessThan(packets / 4);
            assertThat(longest).isBetween(140 * MICROSECOND, 160 * MICROSECOND);
            assertThat(b(simulation).received()).hasSize(packets).isSorted();
        }
    }

    /** At 50 us, three packets would share a wake-up, which does not pay. */
    @Test
    void singlePacketsAreSentAtOnce() {
        try (Simulation simulation = connected(1)) {
            Node a = a(simulation);
            for (int i = 0; i < 100; i++) {
                a.send(b(simulation), 2 * i, 100);
                simulation.run(0);
                assertThat(simulation.network().sent())
                        .extracting(Datagram::type)
                        .containsExactly(DATA);
                assertThat(b(simulation).received()).containsExactly(2 * i);
                simulation.run(50 * MICROSECOND);
            }
        }
    }

    /** Sends more trains than a worker processes alone while others sleep; returns the duty cycles of worker 1. */
    private static long cyclesOfOtherWorker(Simulation simulation, int number) {
        Node a = a(simulation);
        long cycles = a.cycles(1);
        for (int flow = 0; flow < 8; flow++) {
            a.tun().sendFramed(bulk(a, b(simulation), flow, number));
        }
        simulation.run(0);
        return a.cycles(1) - cycles;
    }

    @Test
    void workerThatWaitsForACpuWakesNoOther() {
        try (Simulation simulation = connected(2)) {
            Node a = a(simulation);
            assertThat(cyclesOfOtherWorker(simulation, 0)).as("CPU to spare").isPositive();
            for (int period = 1; period <= 10; period++) {
                a.platform().io(0).setRunDelay(period * 2 * MILLISECOND);
                simulation.run(20 * MILLISECOND);
                assertThat(cyclesOfOtherWorker(simulation, period))
                        .as("contended for %d periods", period)
                        .isZero();
            }
            simulation.run(20 * MILLISECOND);
            assertThat(cyclesOfOtherWorker(simulation, 11))
                    .as("CPU to spare again")
                    .isPositive();
        }
    }

    @Test
    void packetsWaitInTheTunWhileTrainsAreUsedUp() {
        try (Simulation simulation = connected(2)) {
            Node a = a(simulation);
            // The second peer of a has its home on worker 1.
            Node c = simulation.node();
            a.addPeer(c, c.outer4);
            c.addPeer(a, a.outer4);
            establish(simulation, a, c);
            long reads = reads(a);
            // As if worker 1 had stolen a train, and then waited for a CPU.
            TokenHolder.hold(a.device().workers().get(1), (int) c.inner4.low());
            a.suspend(1, true);
            int packets = 200;
            for (int i = 0; i < packets; i++) {
                a.tun().sendFramed(bulk(a, c, 0, i));
            }
            simulation.run(MILLISECOND);
            long readsWhileBlocked = reads(a);
            int waiting = a.tun().waiting();
            assertThat(waiting)
                    .isEqualTo(packets - (int) (readsWhileBlocked - reads))
                    .isPositive();
            long cycles = a.cycles(0);
            simulation.run(MILLISECOND);
            assertThat(a.cycles(0) - cycles).as("retries in a millisecond").isBetween(9L, 11L);
            assertThat(a.tun().waiting()).isEqualTo(waiting);
            a.suspend(1, false);
            // The first retry takes the trains back, the second one reads.
            simulation.run(200 * MICROSECOND);
            assertThat(reads(a)).isGreaterThan(readsWhileBlocked);
            simulation.run(SECOND);
            assertThat(a.tun().waiting()).isZero();
            assertThat(c.receivedPackets()).hasSize(packets * SEGMENTS);
            assertThat(a.device().drops()).containsEntry(DropCause.TX_OVERLOAD, 0L);
        }
    }

    private static long reads(Node node) {
        return node.platform().io(0).counters().get(Counter.TUN_READS);
    }
}
