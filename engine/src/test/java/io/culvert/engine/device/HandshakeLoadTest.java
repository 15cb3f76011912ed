// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandshakeLoadTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int EIGHTH = 512;

    private final HandshakeLoad load = new HandshakeLoad();

    @Test
    void anEighthOfTheQueueIsLoadForASecond() {
        assertThat(load.isUnderLoad(EIGHTH - 1, 0)).isFalse();
        assertThat(load.isUnderLoad(EIGHTH, 5)).isTrue();
        assertThat(load.isUnderLoad(0, 4 + SECOND)).isTrue();
        assertThat(load.isUnderLoad(0, 5 + SECOND)).isFalse();
    }

    @Test
    void asManySendersWithoutACookieMakeTheLoadLast() {
        load.isUnderLoad(EIGHTH, 0);
        load.asked(EIGHTH - 1, SECOND / 2);
        assertThat(load.isUnderLoad(0, SECOND)).isFalse();
        load.isUnderLoad(EIGHTH, SECOND);
        load.asked(EIGHTH, SECOND + SECOND / 2);
        assertThat(load.isUnderLoad(0, 2 * SECOND)).isTrue();
        assertThat(load.isUnderLoad(0, 2 * SECOND + SECOND / 2)).isFalse();
    }

    @Test
    void onlySendersOfOneSecondCount() {
        load.isUnderLoad(EIGHTH, 0);
        for (int i = 1; i <= 10; i++) {
            load.asked(EIGHTH - 1, i * SECOND);
        }
        assertThat(load.isUnderLoad(0, 10 * SECOND)).isFalse();
    }
}
