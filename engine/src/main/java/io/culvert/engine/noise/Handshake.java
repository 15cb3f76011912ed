// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static io.culvert.engine.noise.HandshakeMemory.EPHEMERAL_PRIVATE;
import static io.culvert.engine.noise.HandshakeMemory.PRESHARED_KEY;
import static io.culvert.engine.noise.HandshakeMemory.REMOTE_EPHEMERAL;
import static io.culvert.engine.noise.HandshakeMemory.STATIC_STATIC;
import static io.culvert.engine.noise.HandshakeMemory.SYMMETRIC_STATE;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * A peer's handshake (the kernel's noise_handshake): the state of the one in progress, if any, and what outlives it:
 * the peer's public key, the preshared key, the static-static shared secret, and the greatest timestamp.
 *
 * <pre>
 *   initiator                                         responder
 *   createInitiation      -- initiation -->           consumeInitiation
 *   consumeResponse       &lt;-- response --             createResponse, beginSession
 *   beginSession          -- first data message -->
 * </pre>
 *
 * A new handshake, initiated by either side, replaces the previous one. A refused message changes nothing: after an
 * invalid response the initiation still waits for a valid one.
 *
 * <p>The caller allocates local indices in the index table. When this handshake stops using an index (a new handshake
 * replaced it, or it was cleared), it passes the index to {@code indexDropped}, under the lock. When a session begins,
 * its {@link Keypair} takes over the index.
 *
 * <p>Any thread may call the methods. The lock is this object's monitor, so that a caller can make several calls and
 * the matching change of the index table atomic; the data path never takes it. The methods that consume a message
 * compute on copies without the lock; before they commit, they check under the lock that the state did not change
 * meanwhile.
 *
 * @param <P> the type of peers
 */
public final class Handshake<P> implements IndexEntry<P>, AutoCloseable {
    /** The progress of a handshake, as in the kernel (enum noise_handshake_state). */
    public enum State {
        /** No handshake is in progress. */
        ZEROED,
        /** An initiation was created; its response is pending. */
        CREATED_INITIATION,
        /** An initiation was consumed; it is not answered yet. */
        CONSUMED_INITIATION,
        /** The response was created: a session can begin. */
        CREATED_RESPONSE,
        /** The response was consumed: a session can begin. */
        CONSUMED_RESPONSE
    }

    private static final int KEY_BYTES = Curve25519.KEY_BYTES;

    private final PublicKey remoteStatic;
    private final P owner;
    private final IntConsumer indexDropped;

    // Guarded by this.
    /**
     * Of {@link HandshakeMemory}; 0 until it is needed first, so that an idle peer costs none. Volatile for {@link
     * #hasSecrets}.
     */
    private volatile long memory;

    private boolean closed;
    private StaticIdentity identity;
    private State state = State.ZEROED;
    private boolean indexed;
    private int localIndex;
    private int remoteIndex;
    private Tai64n latestTimestamp = Tai64n.NONE;
    private long lastInitiationConsumption;

    /**
     * A handshake in state ZEROED, without identity and preshared key.
     *
     * @param remoteStatic the peer's public key
     * @param owner the peer, which {@link #owner} and {@link Keypair#owner} return
     * @param indexDropped receives local indices to be removed from the index table; called under this object's lock
     */
    public Handshake(PublicKey remoteStatic, P owner, IntConsumer indexDropped) {
        this.remoteStatic = remoteStatic;
        this.owner = owner;
        this.indexDropped = indexDropped;
    }

    /** The peer's public key. */
    public PublicKey remoteStatic() {
        return remoteStatic;
    }

    @Override
    public P owner() {
        return owner;
    }

    /**
     * Sets the device's identity. If the peer's key is of low order, later handshakes fail silently. A handshake in
     * progress does not change: after a change of the private key the caller {@linkplain #clear clears} it. The shared
     * secret of both static keys is computed when a handshake needs it.
     *
     * @param newIdentity {@code null} for none; the caller holds a reference during the call
     */
    public synchronized void setIdentity(StaticIdentity newIdentity) {
        if (closed) {
            return;
        }
        identity = newIdentity;
        if (memory != 0) {
            Memory.zero(memory + STATIC_STATIC, KEY_BYTES);
        }
    }

    private void ensureMemory() {
        if (memory == 0) {
            memory = HandshakeMemory.allocate();
        }
    }

    /** Copies the preshared key; all zero for none. */
    public synchronized void setPresharedKey(Secret key) {
        if (!closed && (memory != 0 || !key.isZero())) {
            ensureMemory();
            Memory.copy(key.address(), memory + PRESHARED_KEY, Secret.BYTES);
        }
    }

    /** Whether there is anything to {@link #clear} or {@link #close}: any thread, without the lock. */
    public boolean hasSecrets() {
        return memory != 0;
    }

    /** Copies the preshared key, all zero for none, to a secret of the caller's. */
    public synchronized void copyPresharedKey(Secret target) {
        if (memory == 0) {
            Memory.zero(target.address(), Secret.BYTES);
        } else {
            Memory.copy(memory + PRESHARED_KEY, target.address(), Secret.BYTES);
        }
    }

    /**
     * Writes an initiation without its MACs (paper, section 5.4.2).
     *
     * @param target {@value HandshakeInitiation#BYTES} bytes
     * @param newLocalIndex the receiver index of the response
     * @return {@code false} if no handshake is possible, because there is no identity or the peer's key is of low
     *     order; then nothing changed, and the caller still owns the index
     */
    public synchronized boolean createInitiation(long target, int newLocalIndex, Clock clock, RandomSource random) {
        if (identity == null) {
            return false;
        }
        try (HandshakeScratch scratch = new HandshakeScratch();
                SymmetricState symmetric = new SymmetricState(remoteStatic)) {
            generateEphemeral(scratch, random);
            symmetric.mixEphemeral(scratch.ephemeralPublic());
            remoteStatic.copyTo(scratch.remotePublic());
            if (!Curve25519.sharedSecret(scratch.ephemeralPrivate(), scratch.remotePublic(), scratch.secret())) {
                return false;
            }
            symmetric.mixSecret(scratch.secret());
            identity.publicKey().copyTo(scratch.plaintext());
            symmetric.encrypt(scratch.plaintext(), KEY_BYTES, target + HandshakeInitiation.ENCRYPTED_STATIC);
            if (!copyStaticStatic(identity, scratch)) {
                return false;
            }
            symmetric.mixSecret(scratch.secret());
            Tai64n.now(clock).copyTo(scratch.plaintext());
            symmetric.encrypt(scratch.plaintext(), Tai64n.BYTES, target + HandshakeInitiation.ENCRYPTED_TIMESTAMP);
            HandshakeInitiation.writeHeader(target, newLocalIndex);
            HandshakeMemory.copyKey(scratch.ephemeralPublic(), target + HandshakeInitiation.EPHEMERAL);

            ensureMemory();
            HandshakeMemory.copyKey(scratch.secret(), memory + STATIC_STATIC);
            symmetric.save(memory + SYMMETRIC_STATE);
            HandshakeMemory.copyKey(scratch.ephemeralPrivate(), memory + EPHEMERAL_PRIVATE);
            replaceIndex(newLocalIndex);
            state = State.CREATED_INITIATION;
            return true;
        }
    }

    private static void generateEphemeral(HandshakeScratch scratch, RandomSource random) {
        Curve25519.generatePrivateKey(random, scratch.ephemeralPrivate());
        Curve25519.publicKey(scratch.ephemeralPrivate(), scratch.ephemeralPublic());
    }

    /**
     * Consumes an initiation, whose MACs the caller has checked. Refuses it unless it is for this device, comes from a
     * known peer, has a greater timestamp than all before (else it is a replay), and arrives at least 20 ms after the
     * last one.
     *
     * @param identity the device's identity, or {@code null}
     * @param message {@value HandshakeInitiation#BYTES} bytes
     * @param lookup finds a peer's handshake by public key; returns {@code null} for an unknown key
     * @param failures hears why an initiation is refused
     * @param <P> the type of peers
     * @return the peer's handshake, now in state CONSUMED_INITIATION; {@code null} if the initiation is refused
     */
    public static <P> Handshake<P> consumeInitiation(
            StaticIdentity identity,
            long message,
            Function<PublicKey, Handshake<P>> lookup,
            Clock clock,
            HandshakeFailure.Sink failures) {
        if (identity == null || !identity.tryAcquire()) {
            return null;
        }
        try (HandshakeScratch scratch = new HandshakeScratch();
                SymmetricState symmetric = new SymmetricState(identity.publicKey())) {
            long ephemeral = message + HandshakeInitiation.EPHEMERAL;
            symmetric.mixEphemeral(ephemeral);
            if (!identity.sharedSecret(ephemeral, scratch.secret())) {
                return refuse(HandshakeFailure.NOT_AUTHENTIC, null, failures);
            }
            symmetric.mixSecret(scratch.secret());
            if (!symmetric.decrypt(
                    message + HandshakeInitiation.ENCRYPTED_STATIC,
                    HandshakeInitiation.ENCRYPTED_STATIC_BYTES,
                    scratch.plaintext())) {
                return refuse(HandshakeFailure.NOT_AUTHENTIC, null, failures);
            }
            PublicKey claimed = PublicKey.at(scratch.plaintext());
            Handshake<P> handshake = lookup.apply(claimed);
            if (handshake == null) {
                return refuse(HandshakeFailure.UNKNOWN_PEER, claimed, failures);
            }
            if (!handshake.copyStaticStatic(identity, scratch)) {
                return refuse(HandshakeFailure.NOT_AUTHENTIC, claimed, failures);
            }
            symmetric.mixSecret(scratch.secret());
            if (!symmetric.decrypt(
                    message + HandshakeInitiation.ENCRYPTED_TIMESTAMP,
                    HandshakeInitiation.ENCRYPTED_TIMESTAMP_BYTES,
                    scratch.plaintext())) {
                return refuse(HandshakeFailure.NOT_AUTHENTIC, claimed, failures);
            }
            Tai64n timestamp = Tai64n.at(scratch.plaintext());
            HandshakeFailure failure = handshake.commitInitiation(
                    identity, message, symmetric, scratch.secret(), timestamp, clock.nanos());
            return failure == null ? handshake : refuse(failure, claimed, failures);
        } finally {
            identity.release();
        }
    }

    private static <P> Handshake<P> refuse(HandshakeFailure why, PublicKey peer, HandshakeFailure.Sink failures) {
        failures.failed(why, peer);
        return null;
    }

    /** Takes over an authentic initiation; returns why not, or {@code null}. */
    private synchronized HandshakeFailure commitInitiation(
            StaticIdentity by, long message, SymmetricState symmetric, long staticStatic, Tai64n timestamp, long now) {
        boolean replayed = timestamp.compareTo(latestTimestamp) <= 0;
        boolean tooSoon =
                latestTimestamp != Tai64n.NONE && now - lastInitiationConsumption < Limits.INITIATION_INTERVAL;
        if (identity != by) {
            return HandshakeFailure.NOT_AUTHENTIC;
        }
        if (replayed || tooSoon) {
            return replayed ? HandshakeFailure.REPLAYED : HandshakeFailure.TOO_FREQUENT;
        }
        latestTimestamp = timestamp;
        lastInitiationConsumption = now;
        ensureMemory();
        HandshakeMemory.copyKey(staticStatic, memory + STATIC_STATIC);
        symmetric.save(memory + SYMMETRIC_STATE);
        HandshakeMemory.copyKey(message + HandshakeInitiation.EPHEMERAL, memory + REMOTE_EPHEMERAL);
        remoteIndex = HandshakeInitiation.sender(message);
        state = State.CONSUMED_INITIATION;
        return null;
    }

    /**
     * Writes the response to the consumed initiation, without its MACs (paper, section 5.4.3).
     *
     * @param target {@value HandshakeResponse#BYTES} bytes
     * @param newLocalIndex the local index of the session
     * @return {@code false} if there is no initiation to answer any more, or its ephemeral key is of low order; then
     *     nothing changed, and the caller still owns the index
     */
    public synchronized boolean createResponse(long target, int newLocalIndex, RandomSource random) {
        if (state != State.CONSUMED_INITIATION) {
            return false;
        }
        try (HandshakeScratch scratch = new HandshakeScratch();
                SymmetricState symmetric = new SymmetricState(memory + SYMMETRIC_STATE)) {
            generateEphemeral(scratch, random);
            symmetric.mixEphemeral(scratch.ephemeralPublic());
            long ephemeral = scratch.ephemeralPrivate();
            if (!Curve25519.sharedSecret(ephemeral, memory + REMOTE_EPHEMERAL, scratch.secret())) {
                return false;
            }
            symmetric.mixSecret(scratch.secret());
            remoteStatic.copyTo(scratch.remotePublic());
            if (!Curve25519.sharedSecret(ephemeral, scratch.remotePublic(), scratch.secret())) {
                return false;
            }
            symmetric.mixSecret(scratch.secret());
            symmetric.mixPresharedKey(memory + PRESHARED_KEY);
            symmetric.encrypt(scratch.plaintext(), 0, target + HandshakeResponse.ENCRYPTED_NOTHING);
            HandshakeResponse.writeHeader(target, newLocalIndex, remoteIndex);
            HandshakeMemory.copyKey(scratch.ephemeralPublic(), target + HandshakeResponse.EPHEMERAL);

            symmetric.save(memory + SYMMETRIC_STATE);
            replaceIndex(newLocalIndex);
            state = State.CREATED_RESPONSE;
            return true;
        }
    }

    /**
     * Consumes a response, whose MACs the caller has checked.
     *
     * @param by the device's identity, or {@code null}
     * @param message {@value HandshakeResponse#BYTES} bytes, whose receiver index belongs to this handshake
     * @return whether it answers the pending initiation; if not, the initiation stays pending
     */
    public boolean consumeResponse(StaticIdentity by, long message) {
        if (by == null || !by.tryAcquire()) {
            return false;
        }
        try (HandshakeScratch scratch = new HandshakeScratch();
                SymmetricState symmetric = pending(by, message, scratch)) {
            if (symmetric == null) {
                return false;
            }
            long remoteEphemeral = message + HandshakeResponse.EPHEMERAL;
            symmetric.mixEphemeral(remoteEphemeral);
            if (!Curve25519.sharedSecret(scratch.ephemeralPrivate(), remoteEphemeral, scratch.secret())) {
                return false;
            }
            symmetric.mixSecret(scratch.secret());
            if (!by.sharedSecret(remoteEphemeral, scratch.secret())) {
                return false;
            }
            symmetric.mixSecret(scratch.secret());
            symmetric.mixPresharedKey(scratch.presharedKey());
            return symmetric.decrypt(
                            message + HandshakeResponse.ENCRYPTED_NOTHING,
                            HandshakeResponse.ENCRYPTED_NOTHING_BYTES,
                            scratch.plaintext())
                    && commitResponse(by, message, symmetric);
        } finally {
            by.release();
        }
    }

    /** Copies the state of the pending initiation; {@code null} if {@code message} does not answer it. */
    private synchronized SymmetricState pending(StaticIdentity by, long message, HandshakeScratch scratch) {
        if (!isAnsweredBy(by, message)) {
            return null;
        }
        HandshakeMemory.copyKey(memory + EPHEMERAL_PRIVATE, scratch.ephemeralPrivate());
        HandshakeMemory.copyKey(memory + PRESHARED_KEY, scratch.presharedKey());
        return new SymmetricState(memory + SYMMETRIC_STATE);
    }

    private synchronized boolean commitResponse(StaticIdentity by, long message, SymmetricState symmetric) {
        if (!isAnsweredBy(by, message)) {
            return false;
        }
        symmetric.save(memory + SYMMETRIC_STATE);
        remoteIndex = HandshakeResponse.sender(message);
        state = State.CONSUMED_RESPONSE;
        return true;
    }

    private boolean isAnsweredBy(StaticIdentity by, long response) {
        return state == State.CREATED_INITIATION
                && identity == by
                && localIndex == HandshakeResponse.receiver(response);
    }

    /**
     * Derives the session keys and zeroes the handshake.
     *
     * @param index the local index of the handshake; a new handshake may have replaced it meanwhile
     * @param now the current {@link Clock#nanos}
     * @return the keypair, with its first reference for the caller. It takes over the index: the caller replaces the
     *     handshake by it in the index table. {@code null} if that handshake has neither created nor consumed a
     *     response
     */
    public synchronized Keypair<P> beginSession(int index, long now) {
        boolean initiator = state == State.CONSUMED_RESPONSE;
        if ((!initiator && state != State.CREATED_RESPONSE) || index != localIndex) {
            return null;
        }
        Keypair<P> keypair = new Keypair<>(owner, localIndex, remoteIndex, initiator, now);
        try (SymmetricState symmetric = new SymmetricState(memory + SYMMETRIC_STATE)) {
            if (initiator) {
                symmetric.split(keypair.sendKey(), keypair.receiveKey());
            } else {
                symmetric.split(keypair.receiveKey(), keypair.sendKey());
            }
        }
        indexed = false;
        zero();
        return keypair;
    }

    /**
     * Zeroes the handshake in progress and the shared secret of both static keys, and drops the index. The greatest
     * timestamp and the time of the last initiation stay, so that a replayed initiation is still refused.
     */
    public synchronized void clear() {
        if (indexed) {
            indexed = false;
            indexDropped.accept(localIndex);
        }
        if (memory == 0) {
            return;
        }
        zero();
        Memory.zero(memory + STATIC_STATIC, KEY_BYTES);
        if (!HandshakeMemory.hasPresharedKey(memory)) {
            freeMemory();
        }
    }

    private void freeMemory() {
        HandshakeMemory.free(memory);
        memory = 0;
    }

    /** Clears the handshake and frees all keys, for a removed peer. Every later message is refused. Idempotent. */
    @Override
    public synchronized void close() {
        clear();
        closed = true;
        identity = null;
        if (memory != 0) {
            freeMemory();
        }
    }

    /** The progress of the handshake. */
    public synchronized State state() {
        return state;
    }

    /** The local index; meaningful after an initiation or a response was created. */
    public synchronized int localIndex() {
        return localIndex;
    }

    /** The peer's index; meaningful after a message of the peer was consumed. */
    public synchronized int remoteIndex() {
        return remoteIndex;
    }

    private void zero() {
        HandshakeMemory.zeroHandshake(memory);
        remoteIndex = 0;
        state = State.ZEROED;
    }

    private void replaceIndex(int newLocalIndex) {
        if (indexed) {
            indexDropped.accept(localIndex);
        }
        localIndex = newLocalIndex;
        indexed = true;
    }

    /**
     * Copies the shared secret of both static keys, or computes it if this is the first handshake. It is kept by the
     * caller once the message proved authentic, not before: anybody may claim to be this peer.
     *
     * @return {@code false} if it is all zero, or not of this identity
     */
    private synchronized boolean copyStaticStatic(StaticIdentity of, HandshakeScratch scratch) {
        if (identity != of) {
            return false;
        }
        if (memory != 0 && HandshakeMemory.copyStaticStatic(memory, scratch.secret())) {
            return true;
        }
        if (!of.tryAcquire()) {
            return false;
        }
        try {
            remoteStatic.copyTo(scratch.remotePublic());
            return of.sharedSecret(scratch.remotePublic(), scratch.secret());
        } finally {
            of.release();
        }
    }
}
