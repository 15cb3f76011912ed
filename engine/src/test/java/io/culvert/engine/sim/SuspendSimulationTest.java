// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A suspend: the time of the keys goes on while no thread runs, and the keys are forgotten afterwards. */
class SuspendSimulationTest {
    private final Simulation simulation = new Simulation(77, 2);
    private Node a;
    private Node b;

    @BeforeEach
    void connect() {
        a = simulation.node();
        b = simulation.node();
        a.addPeer(b, b.outer4);
        b.addPeer(a, a.outer4);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    private void establish() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
    }

    @Test
    void afterASuspendNoKeyIsLeftAndTheNextPacketBeginsAHandshake() {
        establish();
        // The workers slept while the time of the keys went on.
        simulation.clock().advance(3600 * SECOND);
        a.device().forgetSessions();
        b.device().forgetSessions();
        assertThat(a.device().indexTable().size()).isZero();
        assertThat(b.device().indexTable().size()).isZero();
        a.send(b, 7, 100);
        // Timers that were due make both begin a handshake, and these may cross.
        simulation.run(20 * SECOND);
        assertThat(b.received()).contains(7);
    }

    /** As of two ends of which one slept: its peer still has the keys. */
    @Test
    void aPeerThatForgotItsKeysIsReachedByANewHandshake() {
        establish();
        b.device().forgetSessions();
        simulation.run(SECOND);
        b.send(a, 8, 100);
        simulation.run(SECOND);
        assertThat(a.received()).contains(8);
        a.send(b, 9, 100);
        simulation.run(SECOND);
        assertThat(b.received()).contains(9);
    }
}
