// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An object with off-heap memory that several threads use. The release of the last reference frees the memory. The
 * creator holds the first reference. Any thread may call the methods.
 *
 * <p>{@code references} changes by atomic updates only. Each release has release semantics, and the last one also
 * acquires, so that all uses of the memory happen before it is freed.
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
     * Takes a reference, unless the last one was released.
     *
     * @return whether a reference was taken, which the caller then releases
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

    /**
     * Takes another reference; the caller holds one.
     *
     * @throws IllegalStateException if the last reference was released
     */
    public final void acquire() {
        int before = (int) REFERENCES.getAndAdd(this, 1);
        if (before <= 0) {
            throw new IllegalStateException("acquired after the last reference was released");
        }
    }

    /**
     * Releases a reference; the last one zeroes and frees the memory.
     *
     * @throws IllegalStateException if the last reference was released before
     */
    public final void release() {
        int before = (int) REFERENCES.getAndAdd(this, -1);
        if (before == 1) {
            free();
        } else if (before <= 0) {
            throw new IllegalStateException("released more often than acquired");
        }
    }

    /** The number of references, for tests and diagnostics. */
    public final int references() {
        return (int) REFERENCES.getOpaque(this);
    }

    /** Zeroes and frees the memory; called once. */
    abstract void free();
}
