package io.culvert.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What waits in an {@link OrderedQueue}: something whose work may be finished by any thread, and whose effects must
 * come in order. Its state word is the kernel's packet state (UNCRYPTED, CRYPTED, DEAD).
 *
 * <p>{@code state}: set to {@link #OPEN} by whoever fills the element, before it is offered (plain store; the queue's
 * release orders it); published once by whoever finished the work (release, after all it wrote); read by the queue's
 * consumer (acquire, before all it reads).
 */
public abstract class Ordered {
    /** The work is not done yet. */
    public static final int OPEN = 0;
    /** The work is done: sealed or opened. */
    public static final int SEALED = 1;
    /** The work failed or was given up: only the place in the order is left to be resolved. */
    public static final int DEAD = 2;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Ordered.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through STATE
    private int state;

    /** For subclasses. */
    protected Ordered() {}

    /** Makes the element {@link #OPEN}; only while no other thread can see it. */
    public final void reopen() {
        STATE.set(this, OPEN);
    }

    /** Ends the work with {@link #SEALED} or {@link #DEAD}; the thread that did it, once. */
    public final void publish(int state) {
        STATE.setRelease(this, state);
    }

    /** The state, with everything that its publisher wrote before. */
    public final int state() {
        return (int) STATE.getAcquire(this);
    }
}
