// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import io.culvert.natives.linux.SecretMemory;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The secrets of a device are gone after its close, whatever was under way. */
class SecretsAtTheEndTest {
    private static long secretBytes() {
        AtomicLong sum = new AtomicLong();
        SecretMemory.forEach((address, bytes) -> sum.addAndGet(bytes));
        return sum.get();
    }

    /** Closes devices of which one has a train that nobody has sealed. */
    private static void closeWithATrainInFlight() {
        try (Simulation simulation = new Simulation(1, 2)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, a.outer4);
            a.send(b, 0, 100);
            simulation.run(SECOND);
            assertThat(b.received()).containsExactly(0);
            // The keepalive that this sends is on its way to a worker that takes no more turns.
            a.apply(new PeerUpdate(b.publicKey(), false, true, null, null, OptionalInt.of(25), false, List.of()));
        }
    }

    @Test
    void theKeysOfTrainsInFlightAreGone() {
        // What is allocated once for the process.
        closeWithATrainInFlight();
        long before = secretBytes();
        closeWithATrainInFlight();
        assertThat(secretBytes()).isEqualTo(before);
    }
}
