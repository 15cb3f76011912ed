// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.pipeline.Traffic;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the system refuses to send is not counted as sent. */
class SentBytesSimulationTest {
    private final Simulation simulation = new Simulation(1, 2);
    private final Node a = simulation.node();
    private final Node b = simulation.node();

    @BeforeEach
    void connect() {
        a.addPeer(b, b.outer4);
        b.addPeer(a, null);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    /** The bytes that left a since the last call. */
    private long leftA() {
        return simulation.network().sent().stream()
                .filter(datagram -> datagram.from().equals(a.outer4))
                .map(Datagram::payload)
                .mapToLong(payload -> payload.length)
                .sum();
    }

    private long counted(Traffic counter) {
        long sum = 0;
        for (int i = 0; i < 2; i++) {
            sum += a.device().workers().get(i).traffic().get(counter);
        }
        return sum;
    }

    @Test
    void refusedDataIsNotCounted() {
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(a.peer().sentBytes()).isEqualTo(leftA());
        long before = a.peer().sentBytes();
        long packets = counted(Traffic.SENT_PACKETS);
        long bytes = counted(Traffic.SENT_BYTES);
        a.platform().bind().setUnreachable(true);
        for (int i = 4; i < 40; i += 2) {
            a.send(b, i, 100);
        }
        simulation.runUntilIdle();
        assertThat(leftA()).isZero();
        assertThat(a.peer().sentBytes()).isEqualTo(before);
        assertThat(counted(Traffic.SENT_PACKETS)).isEqualTo(packets);
        assertThat(counted(Traffic.SENT_BYTES)).isEqualTo(bytes);
        assertThat(a.platform().io(0).counters().get(Counter.UDP_SEND_ERRORS)
                        + a.platform().io(1).counters().get(Counter.UDP_SEND_ERRORS))
                .isPositive();
        a.platform().bind().setUnreachable(false);
        a.send(b, 40, 100);
        simulation.runUntilIdle();
        assertThat(a.peer().sentBytes() - before).isEqualTo(leftA());
        assertThat(counted(Traffic.SENT_PACKETS)).isEqualTo(packets + 1);
    }

    @Test
    void refusedHandshakesAreNotCounted() {
        a.platform().bind().setUnreachable(true);
        a.send(b, 2, 100);
        simulation.run(20 * SECOND);
        assertThat(a.peer().sentBytes()).isZero();
        a.platform().bind().setUnreachable(false);
        simulation.run(10 * SECOND);
        assertThat(b.received()).containsExactly(2);
        assertThat(a.peer().sentBytes()).isEqualTo(leftA());
    }
}
