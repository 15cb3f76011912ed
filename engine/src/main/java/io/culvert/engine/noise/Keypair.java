package io.culvert.engine.noise;

import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The keys of one session (the kernel's noise_keypair): a key and a counter for each direction, and the indices by which
 * the two sides name the session.
 *
 * <p>Every user holds a reference: the peer's {@link Keypairs} one, and each train in flight one. The key memory is zeroed
 * and freed with the last.
 *
 * <p>Threads: {@code sendingCounter} is advanced by any thread, atomically. The validity flags only ever go from true to
 * false, by any thread; a reader that sees the change late uses the key a moment longer, which is harmless. The
 * {@link #replayWindow} belongs to the peer's home. All else is final.
 *
 * @param <P> the type of peers
 */
public final class Keypair<P> extends ReferenceCounted implements IndexEntry<P> {
    /** What {@link #takeNonces} returns when there are none left. */
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

    /** Keys all zero: whoever makes the keypair writes them before any other thread sees it. */
    Keypair(P owner, int localIndex, int remoteIndex, boolean initiator, long createdNanos) {
        this.keys = Memory.allocate(2 * Secret.BYTES, 64);
        this.owner = owner;
        this.localIndex = localIndex;
        this.remoteIndex = remoteIndex;
        this.initiator = initiator;
        this.createdNanos = createdNanos;
    }

    /** Address of the 32-byte key that seals; valid while the caller holds a reference. */
    public long sendKey() {
        return keys;
    }

    /** Address of the 32-byte key that opens; valid while the caller holds a reference. */
    public long receiveKey() {
        return keys + Secret.BYTES;
    }

    /** The peer whose session this is: the owner of its {@link Handshake}. Any thread. */
    @Override
    public P owner() {
        return owner;
    }

    /** The index by which the other side names the session. */
    public int localIndex() {
        return localIndex;
    }

    /** The index by which this side names the session in what it sends. */
    public int remoteIndex() {
        return remoteIndex;
    }

    /** Whether this side began the handshake; it alone renews the key by time. */
    public boolean isInitiator() {
        return initiator;
    }

    /** When the keys were derived, in nanoseconds of {@link io.culvert.engine.io.Clock#nanos}. */
    public long createdNanos() {
        return createdNanos;
    }

    /** The window over received counters; the peer's home only. */
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
     * Whether messages may be opened: the key is valid, younger than REJECT_AFTER_TIME, and the greatest counter seen is
     * below REJECT_AFTER_MESSAGES. Any thread.
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

    /** Ends sending; receiving goes on. Any thread. */
    public void stopSending() {
        sendingValid = false;
    }

    /**
     * Takes {@code count} consecutive counters, each to be used for one message. Any thread.
     *
     * @param count 1 to 64
     * @return the first, an unsigned number below REJECT_AFTER_MESSAGES; or {@link #NO_NONCES}, and then the key is of no
     *     use for sending any more
     */
    public long takeNonces(int count) {
        if (!sendingValid) {
            return NO_NONCES;
        }
        long first = (long) SENDING_COUNTER.getAndAdd(this, (long) count);
        if (Long.compareUnsigned(first, Limits.REJECT_AFTER_MESSAGES - count) <= 0) {
            return first;
        }
        // Held at the limit, lest the threads that still come before they see the flag add it up past 2^64: they would
        // have to be more than a hundred, between one's addition and its putting the counter back.
        sendingValid = false;
        SENDING_COUNTER.setVolatile(this, Limits.REJECT_AFTER_MESSAGES);
        return NO_NONCES;
    }

    /** How many messages were sent: the counter of the next, an unsigned number. Any thread. */
    public long sendingCounter() {
        return (long) SENDING_COUNTER.getOpaque(this);
    }

    @Override
    void free() {
        Memory.zero(keys, 2 * Secret.BYTES);
        Memory.free(keys);
    }
}
