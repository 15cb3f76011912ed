package io.culvert.engine.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * A peer's sessions (the kernel's noise_keypairs). It sends with {@code current}; it receives with all three.
 *
 * <pre>
 *   this side initiated: new -> current -> previous      (a waiting next becomes previous instead, current is dropped)
 *   this side responded: new -> next,                    and previous is dropped;
 *                        next -> current -> previous     when the first message comes that was sealed with it
 * </pre>
 *
 * A responder must not send with {@code next}: until a message comes under it, it cannot know that the other side has
 * the key.
 *
 * <p>Threads: the peer's home alone calls the methods, but for {@link #current}, which is for any thread. {@code current}
 * is written with release and read with acquire, so that a reader sees the keys in it.
 *
 * <p>Holds one reference to each keypair in it. A keypair that is dropped leaves the index table at once, so that what is
 * still under way to it is lost, as in the kernel.
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
     * @param indexDropped takes the local index of each keypair that is dropped, to remove it from the index table
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

    /** The session that the other side is not known to have yet, or {@code null}. */
    public Keypair<?> next() {
        return next;
    }

    /** Takes a new session in, with the caller's reference. */
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
     * An authentic message came under {@code keypair}.
     *
     * @return whether that was the first under {@code next}, which is the current session now: a responder's handshake is
     *     complete
     */
    public boolean receivedWith(Keypair<?> keypair) {
        if (keypair != next) {
            return false;
        }
        Keypair<?> oldPrevious = previous;
        previous = current;
        setCurrent(keypair);
        next = null;
        drop(oldPrevious);
        return true;
    }

    /** Drops all. */
    public void clear() {
        Keypair<?> oldCurrent = current;
        setCurrent(null);
        drop(oldCurrent);
        drop(next);
        next = null;
        drop(previous);
        previous = null;
    }

    /** Ends sending with {@code current} and {@code next}, as after a change of the private key; receiving goes on. */
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
