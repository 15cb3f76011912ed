// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspendClockTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void onlyTheClockThatCountsSuspendedTimeGoesAhead() {
        SuspendClock clock = new SuspendClock(500 * SECOND, 400 * SECOND);
        assertThat(clock.wasSuspended(900 * SECOND + 1_000, 800 * SECOND)).isFalse();
        assertThat(clock.wasSuspended(2_000 * SECOND, 900 * SECOND)).isTrue();
        assertThat(clock.wasSuspended(2_001 * SECOND, 901 * SECOND)).isFalse();
        assertThat(clock.wasSuspended(2_003 * SECOND, 902 * SECOND)).isTrue();
    }
}
