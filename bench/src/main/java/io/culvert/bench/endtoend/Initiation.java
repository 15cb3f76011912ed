// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;

/**
 * A handshake initiation of a generated peer.
 *
 * @param publicKey the peer's
 * @param message the initiation
 * @param index its sender index, which the response repeats
 */
record Initiation(PublicKey publicKey, byte[] message, int index) {
    /** Generates a peer, and its initiation to {@code responder}. */
    static Initiation to(PublicKey responder, int index) {
        SystemClock clock = new SystemClock();
        RandomSource random = new SystemRandom();
        long address = Memory.allocate(HandshakeInitiation.BYTES, Long.BYTES);
        try (Secret key = Secret.privateKey(random);
                Handshake<Void> handshake = new Handshake<>(responder, null, dropped -> {})) {
            StaticIdentity identity = new StaticIdentity(key);
            handshake.setIdentity(identity);
            if (!handshake.createInitiation(address, index, clock, random)) {
                throw new IllegalStateException("the responder's key is of low order");
            }
            new CookieGenerator(responder).addMacs(address, HandshakeInitiation.BYTES, clock.nanos());
            byte[] message = new byte[HandshakeInitiation.BYTES];
            Memory.copy(address, message, 0, message.length);
            return new Initiation(identity.publicKey(), message, index);
        } finally {
            Memory.free(address);
        }
    }
}
