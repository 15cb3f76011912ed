// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that wait for a session leave before later ones, which another worker than the peer's home reads. */
class StagedAcrossWorkersTest {
    private static final int WAITING = 10;
    private static final int LATER = 10;

    /**
     * The keypair is installed, and the home has not sent what waits, when the worker reads more. One of the two
     * workers is the home, which may read in a nested step; the other one is the case in question.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void packetsReadAfterTheKeyWasInstalledDoNotOvertakeStagedOnes(int reader) {
        try (Simulation simulation = new Simulation(1, 2)) {
            LaterPackets later = new LaterPackets(reader);
            Node a = simulation.node(later);
            Node b = simulation.node();
            later.from = a;
            later.to = b;
            a.addPeer(b, b.outer4);
            b.addPeer(a, a.outer4);
            for (int i = 0; i < WAITING; i++) {
                a.tun().send(a.packet(b, 2 * i, 100), reader);
            }
            simulation.run(SECOND);
            assertThat(later.sent).isTrue();
            assertThat(b.received())
                    .containsExactlyElementsOf(IntStream.range(0, WAITING + LATER)
                            .map(i -> 2 * i)
                            .boxed()
                            .toList());
        }
    }

    /** Lets a worker read more packets at the moment when the session begins. */
    private static final class LaterPackets implements DeviceListener {
        private final int reader;
        private Node from;
        private Node to;
        private boolean sent;

        LaterPackets(int reader) {
            this.reader = reader;
        }

        @Override
        public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
            sent = true;
            for (int i = 0; i < LATER; i++) {
                from.tun().send(from.packet(to, 2 * (WAITING + i), 100), reader);
            }
            if (from.device().workers().get(reader).isIdle()) {
                from.worker(reader).step();
            }
        }
    }
}
