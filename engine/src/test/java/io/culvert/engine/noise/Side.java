// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;

/** One end of a tunnel: an identity, and the handshake with its only peer. */
final class Side implements AutoCloseable {
    final StaticIdentity identity;
    final List<Integer> droppedIndices = new ArrayList<>();
    /** Why initiations were refused. */
    final List<HandshakeFailure> refusals = new ArrayList<>();

    final RandomSource random;
    final long initiation = Memory.allocate(HandshakeInitiation.BYTES, 8);
    final long response = Memory.allocate(HandshakeResponse.BYTES, 8);
    private final byte[] privateKey;
    Handshake<Side> handshake;

    Side(long seed) {
        random = new SeededRandom(seed);
        try (Secret secret = Secret.privateKey(random)) {
            privateKey = secret.toBytes();
            identity = new StaticIdentity(secret);
        }
    }

    /** Creates two sides that are each other's peer. */
    static Side[] pair(long seed) {
        Side a = new Side(seed);
        Side b = new Side(seed + 1);
        a.know(b.identity.publicKey());
        b.know(a.identity.publicKey());
        return new Side[] {a, b};
    }

    void know(PublicKey peer) {
        handshake = new Handshake<>(peer, this, droppedIndices::add);
        handshake.setIdentity(identity);
    }

    byte[] privateKey() {
        return privateKey.clone();
    }

    Handshake<Side> lookup(PublicKey key) {
        return handshake.remoteStatic().equals(key) ? handshake : null;
    }

    void refused(HandshakeFailure why, PublicKey peer) {
        refusals.add(why);
    }

    void setPresharedKey(byte[] key) {
        try (Secret secret = new Secret(key)) {
            handshake.setPresharedKey(secret);
        }
    }

    boolean initiate(int index, Clock clock) {
        return handshake.createInitiation(initiation, index, clock, random);
    }

    Handshake<Side> consumeInitiationOf(Side other, Clock clock) {
        return Handshake.consumeInitiation(identity, other.initiation, this::lookup, clock, this::refused);
    }

    boolean respond(int index) {
        return handshake.createResponse(response, index, random);
    }

    boolean consumeResponseOf(Side other) {
        return handshake.consumeResponse(identity, other.response);
    }

    @Override
    public void close() {
        handshake.close();
        identity.release();
        Memory.free(initiation);
        Memory.free(response);
    }
}
