// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;
import java.lang.invoke.MethodHandles;
import org.junit.jupiter.api.Test;

/** What cookies are made of lies off the heap no longer than it is needed. */
class CookieSecretsTest {
    private final SeededRandom random = new SeededRandom(1);
    private final CookieChecker checker = new CookieChecker(new RateLimiter(random), random);
    private final MacChecker macs = new MacChecker(checker);

    private static int secrets() {
        int[] count = {0};
        SecretMemory.forEach((address, bytes) -> count[0]++);
        return count[0];
    }

    private Object field(String name, Class<?> type) throws ReflectiveOperationException {
        return MethodHandles.privateLookupIn(MacChecker.class, MethodHandles.lookup())
                .findVarHandle(MacChecker.class, name, type)
                .get(macs);
    }

    @Test
    void closingFreesTheMemory() throws ReflectiveOperationException {
        int before = secrets();
        long nonces = (long) field("nonces", long.class);
        macs.close();
        assertThat(secrets()).as("without the copy of the secret and the hash").isEqualTo(before - 2);
        assertThatThrownBy(() -> Memory.getByte(nonces)).isInstanceOf(IndexOutOfBoundsException.class);
        checker.close();
        assertThat(secrets()).isEqualTo(before - 3);
    }

    @Test
    void aThreadKeepsNoCopyOfTheSecret() throws ReflectiveOperationException {
        long message = Memory.allocate(HandshakeInitiation.BYTES, 8);
        long reply = Memory.allocate(CookieReply.BYTES, 8);
        UdpEndpoint source = new UdpEndpoint();
        source.setIpv4(1, 2);
        checker.setPublicKey(new PublicKey(new byte[32]));
        assertThat(macs.createReply(reply, message, HandshakeInitiation.BYTES, source, 0))
                .isEqualTo(CookieReply.BYTES);
        assertThat(((Secret) field("secret", Secret.class)).isZero()).isTrue();
        Memory.free(message);
        Memory.free(reply);
        macs.close();
        checker.close();
    }
}
