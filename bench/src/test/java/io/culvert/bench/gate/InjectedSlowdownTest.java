// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InjectedSlowdownTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void delaysTheNamedPart() {
        assertThat(InjectedSlowdown.of("aead=0.15,pipeline=1", "pipeline").end(System.nanoTime() - MILLISECOND))
                .isGreaterThanOrEqualTo(2 * MILLISECOND);
    }

    @Test
    void doesNotDelayOtherParts() {
        assertThat(InjectedSlowdown.of("pipeline=1", "aead")).isSameAs(InjectedSlowdown.NONE);
        assertThat(InjectedSlowdown.of("", "aead")).isSameAs(InjectedSlowdown.NONE);
    }
}
