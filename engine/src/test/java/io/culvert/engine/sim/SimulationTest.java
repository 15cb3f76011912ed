package io.culvert.engine.sim;

import static io.culvert.engine.sim.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    @Test
    void handshakeAndDataBothWays() {
        try (Simulation simulation = new Simulation(1, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            a.send(b, 1, 100);
            simulation.settle();
            assertThat(b.received()).containsExactly(1);
            b.send(a, 2, 1200);
            simulation.settle();
            assertThat(a.received()).containsExactly(2);
            assertThat(simulation.network().sent().stream().map(Datagram::type).toList())
                    .isEqualTo(List.of(1, 2, 4, 4));
            simulation.run(SECOND);
            assertThat(a.peer().handshakeSeconds()).isPositive();
        }
    }
}
