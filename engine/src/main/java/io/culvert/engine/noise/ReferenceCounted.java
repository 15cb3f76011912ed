package io.culvert.engine.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Something with memory off the heap that several threads use: the memory goes when the last of them lets go. Whoever
 * makes it holds the first reference. Any thread may call the methods.
 *
 * <p>{@code references}: changed by atomic updates only. A release has release semantics and the one that reaches zero
 * acquires too, so that what every user did with the memory comes before its end.
 */
public abstract class ReferenceCounted {
    private static final VarHandle REFERENCES;

    static {
        try {
            REFERENCES = MethodHandles.lookup().findVarHandle(ReferenceCounted.class, "references", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int references = 1;

    ReferenceCounted() {}

    /**
     * Takes a reference, unless the last one is gone already.
     *
     * @return whether it was taken; if so, the caller releases it
     */
    public final boolean tryAcquire() {
        int seen = (int) REFERENCES.getOpaque(this);
        while (seen > 0) {
            int witness = (int) REFERENCES.compareAndExchange(this, seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** Takes one more reference; the caller holds one. */
    public final void acquire() {
        int before = (int) REFERENCES.getAndAdd(this, 1);
        if (before <= 0) {
            throw new IllegalStateException("a reference taken after the last was released");
        }
    }

    /** Gives a reference back; the last one zeroes and frees the memory. */
    public final void release() {
        int before = (int) REFERENCES.getAndAdd(this, -1);
        if (before == 1) {
            free();
        } else if (before <= 0) {
            throw new IllegalStateException("more references released than taken");
        }
    }

    /** How many references there are: for tests and diagnostics. */
    public final int references() {
        return (int) REFERENCES.getOpaque(this);
    }

    /** Zeroes and frees; called once. */
    abstract void free();
}
