// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An entry of an {@link OrderedQueue}: any thread may finish its work, and its effects are committed in queue order.
 * {@link #PENDING}, {@link #DONE} and {@link #FAILED} are the kernel's packet states UNCRYPTED, CRYPTED and DEAD
 * (queueing.h).
 *
 * <p>Memory order of {@code state}: the thread that fills the entry sets {@link #PENDING} before it offers the entry
 * (plain store, ordered by the queue's release). The thread that finishes the work publishes once (release, after all
 * its writes). The queue's consumer reads it (acquire, before all its reads).
 */
public abstract class CommitEntry {
    /** The work is not done yet. */
    public static final int PENDING = 0;
    /** The work is done. */
    public static final int DONE = 1;
    /** The work failed or was abandoned; the entry has no effects to commit. */
    public static final int FAILED = 2;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CommitEntry.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through STATE
    private int state;

    /** For subclasses. */
    protected CommitEntry() {}

    /** Makes the entry {@link #PENDING}; only while no other thread can see it. */
    public final void reset() {
        STATE.set(this, PENDING);
    }

    /** Ends the work with {@link #DONE} or {@link #FAILED}; the thread that did the work calls it once. */
    public final void publish(int state) {
        STATE.setRelease(this, state);
    }

    /** The state, with everything that its publisher wrote before. */
    public final int state() {
        return (int) STATE.getAcquire(this);
    }
}
