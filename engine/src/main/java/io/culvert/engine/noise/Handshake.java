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
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * The one handshake that a peer can have under way (the kernel's noise_handshake), and what outlives it: the peer's key,
 * the preshared key, the shared secret of the static keys, the greatest timestamp.
 *
 * <pre>
 *   initiator                                         responder
 *   createInitiation      -- initiation -->           consumeInitiation
 *   consumeResponse       &lt;-- response --             createResponse, beginSession
 *   beginSession          -- first data message -->
 * </pre>
 *
 * A new handshake, of either side's making, overwrites the one before. A message that is refused changes nothing: a
 * response that does not fit leaves the initiation waiting for one that does.
 *
 * <p>Local indices come from the caller, who has entered them in the index table. When one does not lead here any more
 * (another handshake took its place, or this one was cleared) {@code indexDropped} is told, under the lock. When a session
 * begins, the index goes over to its {@link Keypair}.
 *
 * <p>Any thread may call the methods. The lock is this object's monitor, so that a caller may make several calls, and what
 * belongs to them in the index table, one step; it is never held on the data path. What consumes a message works on copies
 * without the lock, and checks again, under it, that nothing changed meanwhile before it commits.
 *
 * @param <P> the type of peers
 */
public final class Handshake<P> implements IndexEntry<P>, AutoCloseable {
    /** How far a handshake is. */
    public enum State {
        /** None is under way. */
        ZEROED,
        /** An initiation was made and waits for its response. */
        CREATED_INITIATION,
        /** An initiation came and is to be answered. */
        CONSUMED_INITIATION,
        /** The response was made: a session can begin. */
        CREATED_RESPONSE,
        /** The response came: a session can begin. */
        CONSUMED_RESPONSE
    }

    private static final int KEY_BYTES = Curve25519.KEY_BYTES;
    private static final byte[] EMPTY = {};

    private final PublicKey remoteStatic;
    private final P owner;
    private final IntConsumer indexDropped;

    // All below is guarded by this.
    private long memory = HandshakeMemory.allocate();
    private StaticIdentity identity;
    private State state = State.ZEROED;
    private boolean indexed;
    private int localIndex;
    private int remoteIndex;
    private Tai64n latestTimestamp = Tai64n.NONE;
    private long lastInitiationConsumption;

    /**
     * No handshake under way, no identity, no preshared key.
     *
     * @param remoteStatic the peer's key
     * @param owner the peer: what {@link #owner} and {@link Keypair#owner} return
     * @param indexDropped takes local indices that are to be removed from the index table; called under this object's
     *     lock
     */
    public Handshake(PublicKey remoteStatic, P owner, IntConsumer indexDropped) {
        this.remoteStatic = remoteStatic;
        this.owner = owner;
        this.indexDropped = indexDropped;
    }

    /** The peer's key. */
    public PublicKey remoteStatic() {
        return remoteStatic;
    }

    @Override
    public P owner() {
        return owner;
    }

    /**
     * Sets the device's identity, or none. With a peer's key of low order no handshake will be possible, in silence. A
     * handshake under way is left alone: after a change of the private key the caller {@linkplain #clear clears} it.
     *
     * @param newIdentity {@code null} for none; the caller holds a reference during the call
     */
    public synchronized void setIdentity(StaticIdentity newIdentity) {
        if (memory == 0) {
            return;
        }
        identity = newIdentity;
        byte[] secret = new byte[KEY_BYTES];
        if (newIdentity != null && !newIdentity.sharedSecret(remoteStatic.toBytes(), secret)) {
            Arrays.fill(secret, (byte) 0);
        }
        HandshakeMemory.moveKey(secret, memory + STATIC_STATIC);
    }

    /** Sets the preshared key, which is copied; all zero for none. */
    public synchronized void setPresharedKey(Secret key) {
        if (memory != 0) {
            Memory.copy(key.address(), memory + PRESHARED_KEY, Secret.BYTES);
        }
    }

    /** A copy of the preshared key, which the caller closes. */
    public synchronized Secret copyPresharedKey() {
        Secret copy = new Secret();
        if (memory != 0) {
            Memory.copy(memory + PRESHARED_KEY, copy.address(), Secret.BYTES);
        }
        return copy;
    }

    /**
     * Makes an initiation, all but its MACs (paper, section 5.4.2).
     *
     * @param target {@value HandshakeInitiation#BYTES} bytes
     * @param newLocalIndex the index to be answered to
     * @return {@code false} when no handshake is possible: there is no identity, or the peer's key is of low order; then
     *     nothing changed, and the index is still the caller's
     */
    public synchronized boolean createInitiation(long target, int newLocalIndex, Clock clock, RandomSource random) {
        if (identity == null) {
            return false;
        }
        byte[] remote = remoteStatic.toBytes();
        byte[] ephemeral = Curve25519.generatePrivateKey(random);
        byte[] secret = new byte[KEY_BYTES];
        try (SymmetricState symmetric = new SymmetricState(remote)) {
            byte[] ephemeralPublic = Curve25519.publicKey(ephemeral);
            symmetric.mixEphemeral(ephemeralPublic);
            if (!Curve25519.sharedSecret(ephemeral, remote, secret)) {
                return false;
            }
            symmetric.mixSecret(secret);
            symmetric.encrypt(identity.publicKey().toBytes(), target + HandshakeInitiation.ENCRYPTED_STATIC);
            if (!copyStaticStatic(identity, secret)) {
                return false;
            }
            symmetric.mixSecret(secret);
            symmetric.encrypt(Tai64n.now(clock).toBytes(), target + HandshakeInitiation.ENCRYPTED_TIMESTAMP);
            HandshakeInitiation.writeHeader(target, newLocalIndex);
            Memory.copy(ephemeralPublic, 0, target + HandshakeInitiation.EPHEMERAL, KEY_BYTES);

            symmetric.save(memory + SYMMETRIC_STATE);
            HandshakeMemory.moveKey(ephemeral, memory + EPHEMERAL_PRIVATE);
            replaceIndex(newLocalIndex);
            state = State.CREATED_INITIATION;
            return true;
        } finally {
            Arrays.fill(ephemeral, (byte) 0);
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Takes an initiation in, whose MACs were checked already. It is refused when it was not made for this device, by a
     * known peer, with a timestamp greater than all before (else it is replayed), and at least 20 ms after the last.
     *
     * @param identity the device's, or {@code null}
     * @param message {@value HandshakeInitiation#BYTES} bytes
     * @param lookup finds a peer's handshake by key; {@code null} for an unknown one
     * @return the handshake it belongs to, now to be answered; {@code null} when it is refused
     */
    public static <P> Handshake<P> consumeInitiation(
            StaticIdentity identity, long message, Function<PublicKey, Handshake<P>> lookup, Clock clock) {
        if (identity == null || !identity.tryAcquire()) {
            return null;
        }
        byte[] secret = new byte[KEY_BYTES];
        try (SymmetricState symmetric = new SymmetricState(identity.publicKey().toBytes())) {
            byte[] ephemeral = HandshakeMemory.copyKey(message + HandshakeInitiation.EPHEMERAL);
            symmetric.mixEphemeral(ephemeral);
            if (!identity.sharedSecret(ephemeral, secret)) {
                return null;
            }
            symmetric.mixSecret(secret);
            byte[] initiator = symmetric.decrypt(
                    message + HandshakeInitiation.ENCRYPTED_STATIC, HandshakeInitiation.ENCRYPTED_STATIC_BYTES);
            if (initiator == null) {
                return null;
            }
            Handshake<P> handshake = lookup.apply(new PublicKey(initiator));
            if (handshake == null || !handshake.copyStaticStatic(identity, secret)) {
                return null;
            }
            symmetric.mixSecret(secret);
            byte[] timestamp = symmetric.decrypt(
                    message + HandshakeInitiation.ENCRYPTED_TIMESTAMP, HandshakeInitiation.ENCRYPTED_TIMESTAMP_BYTES);
            if (timestamp == null
                    || !handshake.commitInitiation(
                            identity, message, symmetric, ephemeral, Tai64n.of(timestamp), clock.nanos())) {
                return null;
            }
            return handshake;
        } finally {
            Arrays.fill(secret, (byte) 0);
            identity.release();
        }
    }

    private synchronized boolean commitInitiation(
            StaticIdentity by, long message, SymmetricState symmetric, byte[] ephemeral, Tai64n timestamp, long now) {
        boolean replayed = timestamp.compareTo(latestTimestamp) <= 0;
        boolean flood = latestTimestamp != Tai64n.NONE && now - lastInitiationConsumption < Limits.INITIATION_INTERVAL;
        if (identity != by || replayed || flood) {
            return false;
        }
        latestTimestamp = timestamp;
        lastInitiationConsumption = now;
        symmetric.save(memory + SYMMETRIC_STATE);
        Memory.copy(ephemeral, 0, memory + REMOTE_EPHEMERAL, KEY_BYTES);
        remoteIndex = HandshakeInitiation.sender(message);
        state = State.CONSUMED_INITIATION;
        return true;
    }

    /**
     * Answers the initiation that was consumed, all but the MACs (paper, section 5.4.3).
     *
     * @param target {@value HandshakeResponse#BYTES} bytes
     * @param newLocalIndex the index of the session to be
     * @return {@code false} when there is no initiation to answer any more, or its ephemeral key is of low order; then
     *     nothing changed, and the index is still the caller's
     */
    public synchronized boolean createResponse(long target, int newLocalIndex, RandomSource random) {
        if (state != State.CONSUMED_INITIATION) {
            return false;
        }
        byte[] remoteEphemeral = HandshakeMemory.copyKey(memory + REMOTE_EPHEMERAL);
        byte[] presharedKey = HandshakeMemory.copyKey(memory + PRESHARED_KEY);
        byte[] ephemeral = Curve25519.generatePrivateKey(random);
        byte[] secret = new byte[KEY_BYTES];
        try (SymmetricState symmetric = new SymmetricState(memory + SYMMETRIC_STATE)) {
            byte[] ephemeralPublic = Curve25519.publicKey(ephemeral);
            symmetric.mixEphemeral(ephemeralPublic);
            if (!Curve25519.sharedSecret(ephemeral, remoteEphemeral, secret)) {
                return false;
            }
            symmetric.mixSecret(secret);
            if (!Curve25519.sharedSecret(ephemeral, remoteStatic.toBytes(), secret)) {
                return false;
            }
            symmetric.mixSecret(secret);
            symmetric.mixPresharedKey(presharedKey);
            symmetric.encrypt(EMPTY, target + HandshakeResponse.ENCRYPTED_NOTHING);
            HandshakeResponse.writeHeader(target, newLocalIndex, remoteIndex);
            Memory.copy(ephemeralPublic, 0, target + HandshakeResponse.EPHEMERAL, KEY_BYTES);

            symmetric.save(memory + SYMMETRIC_STATE);
            replaceIndex(newLocalIndex);
            state = State.CREATED_RESPONSE;
            return true;
        } finally {
            Arrays.fill(presharedKey, (byte) 0);
            Arrays.fill(ephemeral, (byte) 0);
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Takes a response in, whose MACs were checked already.
     *
     * @param by the device's identity, or {@code null}
     * @param message {@value HandshakeResponse#BYTES} bytes, whose receiver index led here
     * @return whether it answers the initiation that waits; if not, that still waits
     */
    public boolean consumeResponse(StaticIdentity by, long message) {
        if (by == null || !by.tryAcquire()) {
            return false;
        }
        byte[] ephemeral = new byte[KEY_BYTES];
        byte[] presharedKey = new byte[KEY_BYTES];
        byte[] secret = new byte[KEY_BYTES];
        try (SymmetricState symmetric = pending(by, message, ephemeral, presharedKey)) {
            if (symmetric == null) {
                return false;
            }
            byte[] remoteEphemeral = HandshakeMemory.copyKey(message + HandshakeResponse.EPHEMERAL);
            symmetric.mixEphemeral(remoteEphemeral);
            if (!Curve25519.sharedSecret(ephemeral, remoteEphemeral, secret)) {
                return false;
            }
            symmetric.mixSecret(secret);
            if (!by.sharedSecret(remoteEphemeral, secret)) {
                return false;
            }
            symmetric.mixSecret(secret);
            symmetric.mixPresharedKey(presharedKey);
            byte[] nothing = symmetric.decrypt(
                    message + HandshakeResponse.ENCRYPTED_NOTHING, HandshakeResponse.ENCRYPTED_NOTHING_BYTES);
            return nothing != null && commitResponse(by, message, symmetric);
        } finally {
            Arrays.fill(ephemeral, (byte) 0);
            Arrays.fill(presharedKey, (byte) 0);
            Arrays.fill(secret, (byte) 0);
            by.release();
        }
    }

    /** Copies of what the waiting initiation left; {@code null} when {@code message} does not answer it. */
    private synchronized SymmetricState pending(
            StaticIdentity by, long message, byte[] ephemeral, byte[] presharedKey) {
        if (!isAnsweredBy(by, message)) {
            return null;
        }
        HandshakeMemory.copyKey(memory + EPHEMERAL_PRIVATE, ephemeral);
        HandshakeMemory.copyKey(memory + PRESHARED_KEY, presharedKey);
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
     * Derives the keys of the session and forgets the handshake.
     *
     * @param index the local index of the handshake meant: another may have taken its place meanwhile
     * @param now the present, of {@link Clock#nanos}
     * @return the keypair, to which the caller has the first reference, and which has the index from now on: the caller
     *     enters it in the index table in place of the handshake. {@code null} when no response of that handshake was made
     *     or consumed
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
     * Forgets the handshake under way and drops its index. The greatest timestamp and the time of the last initiation
     * stay, so that an old initiation is not taken again.
     */
    public synchronized void clear() {
        if (indexed) {
            indexed = false;
            indexDropped.accept(localIndex);
        }
        if (memory != 0) {
            zero();
        }
    }

    /** Clears, and forgets all keys: the peer is removed. From then on every message is refused. Idempotent. */
    @Override
    public synchronized void close() {
        clear();
        identity = null;
        if (memory != 0) {
            HandshakeMemory.free(memory);
            memory = 0;
        }
    }

    /** How far the handshake is. */
    public synchronized State state() {
        return state;
    }

    /** The index by which the peer answers; meaningful while an initiation waits or a response was made. */
    public synchronized int localIndex() {
        return localIndex;
    }

    /** The peer's index; meaningful once a message of the peer was consumed. */
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

    /** Copies the shared secret of the static keys; {@code false} when it is all zero, or not of this identity. */
    private synchronized boolean copyStaticStatic(StaticIdentity of, byte[] secret) {
        return identity == of && HandshakeMemory.copyStaticStatic(memory, secret);
    }
}
