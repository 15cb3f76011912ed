// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * A peer's sessions (the kernel's noise_keypairs). The peer sends with {@code current} and receives with all three.
 *
 * <pre>
 *   this side initiated: new -> current -> previous      (a pending next becomes previous; current is dropped)
 *   this side responded: new -> next                     (previous is dropped)
 *                        next -> current -> previous     (when the first message under next arrives)
 * </pre>
 *
 * A responder does not send with {@code next}: until it receives a message under it, it does not know that the
 * initiator has the key.
 *
 * <p>Threads: only the peer's home calls the methods, except {@link #current}, which any thread may call.
 * {@code current} is written with release and read with acquire, so that a reader sees the keys in it.
 *
 * <p>Holds one reference to each of its keypairs. A dropped keypair leaves the index table at once, so that messages in
 * flight to it are lost, as in the kernel.
 */
public final class Keypairs {
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(Keypairs.class, "current", Keypair.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final IntConsumer indexDropped;
    private Keypair<?> previous;
    private Keypair<?> current;
    private Keypair<?> next;

    /**
     * No sessions yet.
     *
     * @param indexDropped receives the local index of each dropped keypair, to remove it from the index table
     */
    public Keypairs(IntConsumer indexDropped) {
        this.indexDropped = indexDropped;
    }

    /** The session to send with, or {@code null}. Any thread; to use its keys, take a reference. */
    public Keypair<?> current() {
        return (Keypair<?>) CURRENT.getAcquire(this);
    }

    /** The session before the current one, or {@code null}. */
    public Keypair<?> previous() {
        return previous;
    }

    /** The session that the initiator has not confirmed yet, or {@code null}. */
    public Keypair<?> next() {
        return next;
    }

    /** Adds a new session, and takes over the caller's reference. */
    public void addNew(Keypair<?> keypair) {
        Keypair<?> oldPrevious = previous;
        Keypair<?> oldNext = next;
        if (keypair.isInitiator()) {
            Keypair<?> oldCurrent = current;
            next = null;
            previous = oldNext != null ? oldNext : oldCurrent;
            setCurrent(keypair);
            drop(oldNext != null ? oldCurrent : null);
        } else {
            next = keypair;
            previous = null;
            drop(oldNext);
        }
        drop(oldPrevious);
    }

    /**
     * Reports that an authentic message was received under {@code keypair}.
     *
     * @return whether it was the first under {@code next}, which is the current session now: the responder's handshake
     *     is complete
     */
    public boolean receivedWith(Keypair<?> keypair) {
        if (keypair != next) {
            return false;
        }
        // There is no previous session while one is next: see addNew.
        previous = current;
        setCurrent(keypair);
        next = null;
        return true;
    }

    /** Drops all sessions. */
    public void clear() {
        Keypair<?> oldCurrent = current;
        setCurrent(null);
        drop(oldCurrent);
        drop(next);
        next = null;
        drop(previous);
        previous = null;
    }

    /** Stops sending with {@code current} and {@code next}, after a change of the private key; receiving continues. */
    public void expireCurrent() {
        if (current != null) {
            current.stopSending();
        }
        if (next != null) {
            next.stopSending();
        }
    }

    private void setCurrent(Keypair<?> keypair) {
        CURRENT.setRelease(this, keypair);
    }

    private void drop(Keypair<?> keypair) {
        if (keypair != null) {
            indexDropped.accept(keypair.localIndex());
            keypair.release();
        }
    }
}
