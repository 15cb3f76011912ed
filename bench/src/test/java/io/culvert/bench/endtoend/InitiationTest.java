// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.Test;

class InitiationTest {
    @Test
    void theResponderAcceptsIt() {
        SystemRandom random = new SystemRandom();
        StaticIdentity responder = new StaticIdentity(Secret.privateKey(random));
        Initiation initiation = Initiation.to(responder.publicKey(), 77);
        long message = Memory.allocate(HandshakeInitiation.BYTES, Long.BYTES);
        Memory.copy(initiation.message(), 0, message, HandshakeInitiation.BYTES);

        assertThat(HandshakeInitiation.sender(message)).isEqualTo(77);
        PublicKey[] asked = new PublicKey[1];
        Handshake.consumeInitiation(
                responder,
                message,
                key -> {
                    asked[0] = key;
                    return null;
                },
                new SystemClock(),
                (why, peer) -> {});
        assertThat(asked[0]).isEqualTo(initiation.publicKey());
        Memory.free(message);
    }
}
