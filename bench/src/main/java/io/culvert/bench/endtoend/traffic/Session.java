// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.Clock;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import java.io.IOException;

/** The keys of a WireGuard session as its initiator, made by the engine's own handshake. For one thread at a time. */
final class Session implements AutoCloseable {
    private static final int TRIES = 40;
    private static final int WAIT_MILLIS = 250;

    private final Keypair<Session> keypair;
    /** The messages sent so far; confined to the thread that sends. */
    private long messages;

    /**
     * Does a handshake.
     *
     * @param sockets one socket; its answers are awaited
     * @param index the receiver index that the other end will use
     * @throws IOException if there is no response within ten seconds
     */
    Session(UdpSockets sockets, Endpoint to, PublicKey responder, Secret privateKey, int index) throws IOException {
        Clock clock = new SystemClock();
        StaticIdentity identity = new StaticIdentity(privateKey);
        CookieGenerator cookies = new CookieGenerator(responder);
        Keypair<Session> made = null;
        try (Batch batch = new Batch();
                Handshake<Session> handshake = new Handshake<>(responder, null, dropped -> {})) {
            handshake.setIdentity(identity);
            for (int i = 0; i < TRIES && made == null; i++) {
                long message = batch.buffer(0);
                if (!handshake.createInitiation(message, index, clock, new SystemRandom())) {
                    throw new IllegalStateException("the responder's key is of low order");
                }
                cookies.addMacs(message, HandshakeInitiation.BYTES, clock.nanos());
                batch.setLength(0, HandshakeInitiation.BYTES);
                batch.setDestination(0, to);
                batch.send(sockets.file(0), 1);
                made = response(sockets, batch, handshake, identity, cookies, clock, index);
            }
        } finally {
            identity.release();
        }
        if (made == null) {
            throw new IOException("the hub answered no handshake");
        }
        keypair = made;
    }

    private static Keypair<Session> response(
            UdpSockets sockets,
            Batch batch,
            Handshake<Session> handshake,
            StaticIdentity identity,
            CookieGenerator cookies,
            Clock clock,
            int index) {
        long end = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
        for (long left = WAIT_MILLIS; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            int count = sockets.await((int) left) ? batch.receive(sockets.file(0)) : 0;
            for (int i = 0; i < count; i++) {
                long message = batch.buffer(i);
                int type = batch.received(i) < Integer.BYTES ? 0 : Message.type(message);
                if (type == Message.HANDSHAKE_COOKIE && batch.received(i) == CookieReply.BYTES) {
                    cookies.consumeReply(message, clock.nanos());
                } else if (type == Message.HANDSHAKE_RESPONSE
                        && batch.received(i) == HandshakeResponse.BYTES
                        && handshake.consumeResponse(identity, message)) {
                    return handshake.beginSession(index, clock.nanos());
                }
            }
        }
        return null;
    }

    /** The address of the key for packets to the other end. */
    long sendKey() {
        return keypair.sendKey();
    }

    /** The address of the key for packets from the other end. */
    long receiveKey() {
        return keypair.receiveKey();
    }

    /** The receiver index that the other end chose. */
    int remoteIndex() {
        return keypair.remoteIndex();
    }

    /** Takes {@code count} consecutive nonces; returns the first. */
    long takeNonces(int count) {
        long first = keypair.nonce(messages, count);
        messages += count;
        return first;
    }

    @Override
    public void close() {
        keypair.release();
    }
}
