// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StaticIdentityTest {
    @Test
    void keepsItsKeyClamped() {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 0xff);
        try (Secret secret = new Secret(key)) {
            StaticIdentity identity = new StaticIdentity(secret);
            key[0] = (byte) 0xf8;
            key[31] = 0x7f;
            try (Secret copy = identity.copyPrivateKey()) {
                assertThat(copy.toBytes()).isEqualTo(key);
            }
            assertThat(identity.publicKey().toBytes()).isEqualTo(PlainNoise.publicKey(key));
            identity.release();
        }
    }

    @Test
    void hasNoSecretWithAKeyOfLowOrder() {
        Side side = new Side(3);
        try (Secret zero = new Secret();
                Secret secret = new Secret()) {
            assertThat(side.identity.sharedSecret(zero.address(), secret.address()))
                    .isFalse();
        }
        side.identity.release();
    }

    @Test
    void identitiesOfOneKeyAreTheSame() {
        Side a = new Side(1);
        Side again = new Side(1);
        Side b = new Side(2);
        assertThat(StaticIdentity.areSame(a.identity, again.identity)).isTrue();
        assertThat(StaticIdentity.areSame(a.identity, b.identity)).isFalse();
        assertThat(StaticIdentity.areSame(null, null)).isTrue();
        assertThat(StaticIdentity.areSame(a.identity, null)).isFalse();
        assertThat(StaticIdentity.areSame(null, a.identity)).isFalse();
        for (Side side : new Side[] {a, again, b}) {
            side.identity.release();
        }
    }
}
