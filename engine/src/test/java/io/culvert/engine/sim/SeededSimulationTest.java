// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.seeded.SeededSimulation;
import io.culvert.engine.testkit.seeded.SeededSimulation.Outcome;
import io.culvert.engine.testkit.seeded.Seeds;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The invariants of the engine, in simulations drawn from seeds. */
class SeededSimulationTest {
    private static final int SEEDS = Integer.getInteger("culvert.simulations", 10_000);

    @BeforeEach
    void silence() throws ReflectiveOperationException {
        EngineLog.switchOff();
    }

    @AfterEach
    void restore() throws ReflectiveOperationException {
        EngineLog.switchOn();
    }

    @Test
    void theInvariantsHoldInAllSimulations() throws InterruptedException {
        List<String> violations =
                Seeds.violations(1, SEEDS).stream().map(Seeds::text).toList();
        assertThat(violations).isEmpty();
    }

    @Test
    void theSameSeedGivesTheSameSimulation() {
        for (int seed = 1; seed <= 20; seed++) {
            Outcome first = SeededSimulation.run(seed);
            Outcome second = SeededSimulation.run(seed);
            assertThat(second).isEqualTo(first);
            assertThat(first.story()).hasSizeGreaterThan(10);
        }
    }

    @Test
    void seedsDiffer() {
        assertThat(SeededSimulation.run(1).digest())
                .isNotEqualTo(SeededSimulation.run(2).digest());
    }

    /** Little would be shown if the packets did not arrive, or if no worker ever lost its CPU. */
    @Test
    void muchHappensInTheSimulations() {
        int arrivals = 0;
        int sessions = 0;
        long preemptions = 0;
        for (int seed = 1; seed <= 50; seed++) {
            Outcome outcome = SeededSimulation.run(seed);
            arrivals += outcome.arrivals();
            sessions += outcome.keys();
            preemptions += outcome.preemptions();
        }
        assertThat(arrivals).isGreaterThan(50 * 50);
        assertThat(sessions).isGreaterThan(50 * 3);
        assertThat(preemptions).isGreaterThan(50 * 20);
    }
}
