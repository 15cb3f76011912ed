// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.InnerPacket;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packets that wait for a session leave in the order in which they came. */
class StagedOrderTest {
    /** More than may wait, so that the oldest are dropped. */
    private static final int PACKETS = 222;

    /** A keepalive that is due meanwhile sends what waits, if there is a key. */
    @Test
    void aKeepaliveWithoutASessionKeepsTheOrder() {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, a.outer4);
            simulation.network().block(datagram -> true);
            for (int i = 0; i < PACKETS; i++) {
                a.send(b, 2 * i, 100);
            }
            // It is appended whole, and exceeds the limit.
            a.tun().sendFramed(InnerPacket.superTcp(a.inner4, b.inner4, 1, new byte[4000], 100));
            simulation.runUntilIdle();
            a.addPeer(b, b.outer4, 25);
            simulation.runUntilIdle();
            simulation.network().unblock();
            simulation.run(10 * SECOND);
            List<Integer> received = b.received();
            assertThat(received).hasSizeGreaterThan(100).isSorted();
        }
    }
}
