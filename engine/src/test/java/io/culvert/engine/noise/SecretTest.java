// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SecretTest {
    /** Each single bit counts. */
    @Test
    void comparesAllBits() {
        try (Secret zero = new Secret()) {
            assertThat(zero.isZero()).isTrue();
            for (int bit = 0; bit < 8 * Secret.BYTES; bit++) {
                byte[] bytes = new byte[Secret.BYTES];
                bytes[bit / 8] = (byte) (1 << bit % 8);
                try (Secret secret = new Secret(bytes);
                        Secret copy = secret.copy()) {
                    assertThat(secret.isZero()).as("bit %d", bit).isFalse();
                    assertThat(secret.sameAs(zero)).as("bit %d", bit).isFalse();
                    assertThat(secret.sameAs(copy)).isTrue();
                    assertThat(copy.address()).isNotEqualTo(secret.address());
                    assertThat(copy.toBytes()).isEqualTo(bytes);
                }
            }
        }
    }

    @Test
    void isGoneOnceClosed() {
        int before = SecretsTest.inUse();
        Secret secret = new Secret();
        assertThat(SecretsTest.inUse()).isEqualTo(before + 1);
        secret.close();
        secret.close();
        assertThat(SecretsTest.inUse()).isEqualTo(before);
        assertThatThrownBy(secret::address).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isNotPrinted() {
        try (Secret secret = new Secret()) {
            assertThat(secret).hasToString("Secret");
        }
    }
}
