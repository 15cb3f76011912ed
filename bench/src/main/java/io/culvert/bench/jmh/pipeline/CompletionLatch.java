// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Waits without allocating until a number of other threads are done. Reusable. */
final class CompletionLatch {
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(30);

    private final AtomicInteger remaining = new AtomicInteger();
    private volatile Thread waiting;

    /** Starts a wait for {@code others} threads; called by the waiting thread. */
    void begin(int others) {
        waiting = Thread.currentThread();
        remaining.set(others);
    }

    /** Called by each of the other threads once. */
    void done() {
        if (remaining.decrementAndGet() == 0) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Waits for all of them.
     *
     * @return {@code false} after a timeout of 30 s
     */
    boolean await() {
        long end = System.nanoTime() + TIMEOUT;
        while (remaining.get() > 0) {
            LockSupport.parkNanos(TIMEOUT);
            if (System.nanoTime() > end) {
                return false;
            }
        }
        return true;
    }
}
