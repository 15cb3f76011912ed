// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Shows a watchdog that a thread turns: a counter that the thread advances with each turn. It is odd while the thread
 * is at work, and even while it sleeps, however long.
 *
 * <p>Written by its thread (opaque, as no other data depends on it), read by the watchdog.
 */
public final class Heartbeat {
    private static final VarHandle BEATS;

    static {
        try {
            BEATS = MethodHandles.lookup().findVarHandle(Heartbeat.class, "beats", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final Runnable probe;
    /** The last thread that began to turn. Volatile. */
    private volatile Thread thread;

    private long beats;

    /**
     * The heartbeat of a thread that does not turn yet.
     *
     * @param name of the thread, or of what threads do in turns
     * @param probe makes the thread turn if it sleeps, so that one that cannot be woken is noticed; {@code null} for
     *     none
     */
    public Heartbeat(String name, Runnable probe) {
        this.name = name;
        this.probe = probe;
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** The thread that turns, {@code null} before the first turn. Any thread. */
    public Thread thread() {
        return thread;
    }

    /** The calling thread turns from now on. */
    public void begin() {
        thread = Thread.currentThread();
        atWork();
    }

    /** A turn begins. The thread. */
    public void atWork() {
        BEATS.setOpaque(this, beats + 1 | 1);
    }

    /** A turn within longer work, which does not begin any. The thread. */
    public void turn() {
        if ((beats & 1) != 0) {
            atWork();
        }
    }

    /** The thread is about to sleep, or has ended. The thread. */
    public void asleep() {
        BEATS.setOpaque(this, beats + 2 & -2);
    }

    /** The counter, odd while the thread is at work. Any thread. */
    public long beats() {
        return (long) BEATS.getOpaque(this);
    }

    /** Makes the thread turn if it sleeps; {@code false} if there is no way to. Any thread. */
    public boolean probe() {
        if (probe == null) {
            return false;
        }
        probe.run();
        return true;
    }
}
