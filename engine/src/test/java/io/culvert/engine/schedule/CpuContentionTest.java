// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuContentionTest {
    private static final long MILLI = 1_000_000;

    private long delay;
    private int reads;
    private final CpuContention contention = new CpuContention(() -> {
        reads++;
        return delay;
    });

    @Test
    void waitingForACpuIsContention() {
        assertThat(contention.isContended(1000 * MILLI)).isFalse();
        delay += 5 * MILLI;
        assertThat(contention.isContended(1025 * MILLI)).isTrue();
        delay += MILLI;
        assertThat(contention.isContended(1050 * MILLI)).isFalse();
    }

    @Test
    void runDelayIsReadOncePerPeriod() {
        for (int i = 0; i < 100; i++) {
            contention.isContended(1000 * MILLI + i * MILLI);
        }
        assertThat(reads).isBetween(2, 6);
    }
}
