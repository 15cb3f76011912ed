// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.loop;

import java.time.Duration;
import java.time.Instant;

/**
 * One thread that runs tasks in turn, and its clocks. All callbacks of a {@link io.culvert.overlay.store.Store} come on
 * it, so that what lives on the loop needs no lock.
 */
public interface Loop extends AutoCloseable {
    /** A task that was scheduled. */
    interface Timer {
        /** Keeps the task from running, unless it has begun. Called on the loop. */
        void cancel();
    }

    /** The wall clock, which may jump; any thread may ask. Validity of records is judged by it. */
    Instant now();

    /** A clock that only goes forward, in nanoseconds from an arbitrary origin; any thread may ask. */
    long nanos();

    /** Runs {@code task} as soon as possible; any thread may call. After {@link #close} tasks are dropped. */
    void execute(Runnable task);

    /**
     * Runs {@code task} once, after {@code delay} by {@link #nanos}; any thread may call. A delay that is not positive
     * means as soon as possible.
     */
    Timer schedule(Runnable task, Duration delay);

    /** Drops all tasks. The task that runs ends by itself. */
    @Override
    void close();
}
