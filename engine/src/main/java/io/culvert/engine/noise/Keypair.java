// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The keys of one session (the kernel's noise_keypair): a key and a counter for each direction, and the index of the
 * session on each side.
 *
 * <p>Every user holds a reference: the peer's {@link Keypairs}, and each train in flight. The last release zeroes and
 * frees the keys.
 *
 * <p>Threads: any thread advances {@code sendingCounter}, atomically. The validity flags only change from true to
 * false, on any thread; a reader that sees the change late uses the key slightly longer, which is harmless. The
 * {@link #replayWindow} belongs to the peer's home. All other fields are final.
 *
 * @param <P> the type of peers
 */
public final class Keypair<P> extends ReferenceCounted implements IndexEntry<P> {
    /** Returned by {@link #takeNonces} if no nonces are left. */
    public static final long NO_NONCES = -1;

    private static final VarHandle SENDING_COUNTER;

    static {
        try {
            SENDING_COUNTER = MethodHandles.lookup().findVarHandle(Keypair.class, "sendingCounter", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long keys;
    private final P owner;
    private final int localIndex;
    private final int remoteIndex;
    private final boolean initiator;
    private final long createdNanos;
    private final ReplayWindow replayWindow = new ReplayWindow();
    private long sendingCounter;
    private volatile boolean sendingValid = true;
    private volatile boolean receivingValid = true;

    /** The keys are zero; the creator writes them before it publishes the keypair. */
    Keypair(P owner, int localIndex, int remoteIndex, boolean initiator, long createdNanos) {
        this.keys = Memory.allocate(2 * Secret.BYTES, 64);
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

    /** The replay window; the peer's home only. */
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

    /**
     * Reserves {@code count} consecutive counters, each for one message. Any thread.
     *
     * @param count 1 to 64
     * @return the first counter, an unsigned number below REJECT_AFTER_MESSAGES; {@link #NO_NONCES} if the key must not
     *     send any more
     */
    public long takeNonces(int count) {
        if (!sendingValid) {
            return NO_NONCES;
        }
        long first = (long) SENDING_COUNTER.getAndAdd(this, (long) count);
        if (Long.compareUnsigned(first, Limits.REJECT_AFTER_MESSAGES - count) <= 0) {
            return first;
        }
        // Resets the counter, so that threads that add before they see the flag do not wrap it past 2^64. That would
        // take more than a hundred threads between the addition and the reset of one.
        sendingValid = false;
        SENDING_COUNTER.setVolatile(this, Limits.REJECT_AFTER_MESSAGES);
        return NO_NONCES;
    }

    /** The number of counters reserved so far, an unsigned number. Any thread. */
    public long sendingCounter() {
        return (long) SENDING_COUNTER.getOpaque(this);
    }

    @Override
    void free() {
        Memory.zero(keys, 2 * Secret.BYTES);
        Memory.free(keys);
    }
}
