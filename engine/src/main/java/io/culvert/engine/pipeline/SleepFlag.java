// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a worker sleeps: the one wake-up protocol.
 *
 * <p>Before the worker sleeps it {@linkplain #set sets} the flag, and then looks at its inputs once more. A producer
 * first enqueues, and then {@linkplain #clearToWake clears} the flag and wakes the worker if the flag was set. A full
 * fence lies between the two steps on both sides, so that at least one side sees the other's store (Dekker's
 * algorithm).
 */
final class SleepFlag {
    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(SleepFlag.class, "sleeping", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * 1 while the worker sleeps or is about to: set and cleared by the worker, and cleared by the thread that wakes it.
     */
    @SuppressWarnings("unused") // through SLEEPING
    private int sleeping;

    /** Announces the sleep, before the last look at the inputs. The worker's thread. */
    void set() {
        SLEEPING.setVolatile(this, 1);
        VarHandle.fullFence();
    }

    /** The worker is awake. The worker's thread. */
    void clear() {
        SLEEPING.setVolatile(this, 0);
    }

    /** After something was enqueued, returns whether the caller must wake the worker. Any thread. */
    boolean clearToWake() {
        VarHandle.fullFence();
        return (int) SLEEPING.getOpaque(this) != 0 && (int) SLEEPING.getAndSet(this, 0) != 0;
    }

    /** Whether the worker sleeps. Any thread; a hint. */
    boolean isSet() {
        return (int) SLEEPING.getOpaque(this) != 0;
    }
}
