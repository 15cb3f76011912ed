// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.time.Duration;

/** Waits for the end of a device's thread, which is stuck if it takes longer than any work that it does. */
public final class ThreadEnd {
    /** Longest wait for a thread that was told to end. */
    public static final Duration LIMIT = Duration.ofSeconds(5);

    private ThreadEnd() {}

    /**
     * Waits for a thread's end, for {@link #LIMIT} at most. An interrupt is kept for the caller and does not end the
     * wait: the thread may still use what the caller frees next.
     *
     * @param thread {@code null} for one that was never made
     * @return whether it has ended, or was never started
     */
    public static boolean await(Thread thread) {
        if (thread == null || thread.getState() == Thread.State.NEW) {
            return true;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.join(LIMIT);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
