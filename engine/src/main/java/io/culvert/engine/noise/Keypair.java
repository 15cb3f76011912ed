// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.message.Limits;
import io.culvert.natives.linux.SecretMemory;

/**
 * The keys of one session (the kernel's noise_keypair): a key and a counter for each direction, and the index of the
 * session on each side.
 *
 * <p>Every user holds a reference: the peer's {@link Keypairs}, and each train in flight. The last release zeroes and
 * frees the keys.
 *
 * <p>Threads: the validity flags only change from true to false, on any thread; a reader that sees the change late uses
 * the key slightly longer, which is harmless. The {@link #replayWindow} belongs to the worker that holds the token of
 * the peer's receive queue. Fields without a comment are final.
 *
 * @param <P> the type of peers
 */
public final class Keypair<P> extends ReferenceCounted implements IndexEntry<P> {
    /** Returned by {@link #nonce} if no nonces are left. */
    public static final long NO_NONCES = -1;

    private final long keys;
    private final P owner;
    private final int localIndex;
    private final int remoteIndex;
    private final boolean initiator;
    private final long createdNanos;
    private final ReplayWindow replayWindow = new ReplayWindow();
    /** The number that is nonce 0. Written before the session is published to senders, which orders it. */
    private long firstNumber;
    /** Written by the holder of the peer's receive token, read by the home. */
    private volatile boolean received;

    private volatile boolean sendingValid = true;
    private volatile boolean receivingValid = true;

    /** The keys are zero; the creator writes them before it publishes the keypair. */
    Keypair(P owner, int localIndex, int remoteIndex, boolean initiator, long createdNanos) {
        this.keys = SecretMemory.allocate(2 * Secret.BYTES);
        this.owner = owner;
        this.localIndex = localIndex;
        this.remoteIndex = remoteIndex;
        this.initiator = initiator;
        this.createdNanos = createdNanos;
    }

    /** Address of the 32-byte key that seals outbound messages; valid while the caller holds a reference. */
    public long sendKey() {
        return keys;
    }

    /** Address of the 32-byte key that opens inbound messages; valid while the caller holds a reference. */
    public long receiveKey() {
        return keys + Secret.BYTES;
    }

    /** The peer whose session this is: the owner of its {@link Handshake}. Any thread. */
    @Override
    public P owner() {
        return owner;
    }

    /** The receiver index of inbound messages. */
    public int localIndex() {
        return localIndex;
    }

    /** The receiver index of outbound messages. */
    public int remoteIndex() {
        return remoteIndex;
    }

    /** Whether this side initiated the handshake; only the initiator renews the keys by time. */
    public boolean isInitiator() {
        return initiator;
    }

    /** When the keys were derived, in nanoseconds of {@link io.culvert.engine.io.Clock#nanos}. */
    public long createdNanos() {
        return createdNanos;
    }

    /** The replay window; the holder of the peer's receive token only. */
    public ReplayWindow replayWindow() {
        return replayWindow;
    }

    /** Whether messages may be sealed: the key is valid and younger than REJECT_AFTER_TIME. Any thread. */
    public boolean maySend(long now) {
        if (sendingValid && now - createdNanos < Limits.REJECT_AFTER_TIME) {
            return true;
        }
        sendingValid = false;
        return false;
    }

    /**
     * Whether messages may be opened: the key is valid, younger than REJECT_AFTER_TIME, and the greatest counter seen
     * is below REJECT_AFTER_MESSAGES. Any thread.
     */
    public boolean mayReceive(long now) {
        if (receivingValid
                && now - createdNanos < Limits.REJECT_AFTER_TIME
                && Long.compareUnsigned(replayWindow.next(), Limits.REJECT_AFTER_MESSAGES) < 0) {
            return true;
        }
        receivingValid = false;
        return false;
    }

    /** Stops sending; receiving continues. Any thread. */
    public void stopSending() {
        sendingValid = false;
    }

    /** Sets the number of the peer's {@code OrderedQueue} that is nonce 0. Once, before anybody sends with the key. */
    public void numberFrom(long number) {
        firstNumber = number;
    }

    /**
     * The nonce of a message with a number; the messages after it have the nonces after it. Any thread. A queue gives
     * each number once, so each nonce is used once.
     *
     * @param number from the peer's {@code OrderedQueue}, which gave {@code count} of them, 1 to 64
     * @return an unsigned number below REJECT_AFTER_MESSAGES; {@link #NO_NONCES} if the key must not send any more
     */
    public long nonce(long number, int count) {
        long first = number - firstNumber;
        if (sendingValid && Long.compareUnsigned(first, Limits.REJECT_AFTER_MESSAGES - count) <= 0) {
            return first;
        }
        sendingValid = false;
        return NO_NONCES;
    }

    /** Whether an authentic message was received. Any thread. */
    public boolean isReceived() {
        return received;
    }

    /** An authentic message was received. The holder of the peer's receive token. */
    public void markReceived() {
        received = true;
    }

    @Override
    void free() {
        SecretMemory.free(keys);
    }
}
