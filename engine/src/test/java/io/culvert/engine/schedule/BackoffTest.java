// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(100, 1_000);

    @Test
    void delaysDoubleUpToTheLongest() {
        assertThat(backoff.due()).isEqualTo(Backoff.NEVER);
        for (int delay : new int[] {100, 200, 400, 800, 1_000, 1_000}) {
            backoff.failed(5_000);
            assertThat(backoff.due()).isEqualTo(5_000 + delay);
        }
    }

    @Test
    void nextFailureAfterTheEndBeginsAnew() {
        backoff.failed(0);
        backoff.failed(0);
        backoff.end();
        assertThat(backoff.due()).isEqualTo(Backoff.NEVER);
        backoff.failed(0);
        assertThat(backoff.due()).isEqualTo(100);
    }
}
