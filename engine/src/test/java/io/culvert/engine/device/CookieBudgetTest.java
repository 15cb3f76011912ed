// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CookieBudgetTest {
    private final CookieBudget budget = new CookieBudget();

    private int taken(int senders) {
        int taken = 0;
        for (int i = 0; i < senders; i++) {
            taken += budget.take() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void allGetACookieWhileTheSocketIsEmptied() {
        budget.received(false);
        assertThat(taken(1000)).isEqualTo(1000);
    }

    @Test
    void theShareFallsWithFullBatchesAndRisesAgain() {
        for (int i = 0; i < 10; i++) {
            budget.received(true);
        }
        assertThat(taken(256)).isEqualTo(176);
        for (int i = 0; i < 1000; i++) {
            budget.received(true);
        }
        assertThat(taken(256)).as("the least share").isEqualTo(16);
        for (int i = 0; i < 30; i++) {
            budget.received(false);
        }
        assertThat(taken(256)).isEqualTo(256);
    }
}
