// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.io.Clock;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.ScaledClock;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices with threads, in real time: no wake-up is lost, whichever worker a packet arrives at. */
class ThreadsTest {
    private static final int PACKETS = 5_000;

    /** Few enough that trains and staging never run out, so that the count is exact. */
    private static final int IN_FLIGHT = 40;

    private static final Clock CLOCK = ScaledClock.realTime();

    private static Node node(MemoryNetwork network, int number, int workers) {
        Node node =
                new Node(CLOCK, network, number, workers, number, new DeviceOptions(2, Simulation.AEADS::create, true));
        node.tun().setLink(true);
        return node;
    }

    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "3, true"})
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyPacketIsDelivered(int workers, boolean scattered) {
        MemoryNetwork network = new MemoryNetwork(CLOCK, 1);
        try (Node a = node(network, 1, workers);
                Node b = node(network, 2, workers)) {
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            if (scattered) {
                a.platform().scatter(1);
                b.platform().scatter(2);
            }
            List<Integer> atA = new ArrayList<>();
            List<Integer> atB = new ArrayList<>();
            int sent = 0;
            while (atA.size() < PACKETS) {
                // b answers each packet, and only answers let a send more.
                for (; sent < PACKETS && sent - atA.size() < IN_FLIGHT; sent++) {
                    a.send(b, sent, 4 + sent % 1200);
                }
                for (int number : b.received()) {
                    atB.add(number);
                    b.send(a, number, 4 + number % 700);
                }
                List<Integer> back = a.received();
                atA.addAll(back);
                if (back.isEmpty()) {
                    LockSupport.parkNanos(10_000);
                }
            }
            assertThat(atA).hasSize(PACKETS).doesNotHaveDuplicates();
            assertThat(atB).hasSize(PACKETS).doesNotHaveDuplicates();
            if (!scattered) {
                assertThat(atB.stream().filter(number -> number % 2 == 0)).isSorted();
            }
            assertThat(a.device().drops()).containsEntry(DropCause.TX_OVERLOAD, 0L);
        }
    }
}
