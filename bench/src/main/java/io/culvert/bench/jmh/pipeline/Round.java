package io.culvert.bench.jmh.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Lets a thread wait, without allocating, until all of some others have said that they are done. */
final class Round {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final AtomicInteger remaining = new AtomicInteger();
    private volatile Thread waiting;

    /** Begins, in the thread that will wait for {@code others}. */
    void begin(int others) {
        waiting = Thread.currentThread();
        remaining.set(others);
    }

    /** One of the others is done; any thread. */
    void done() {
        if (remaining.decrementAndGet() == 0) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Waits for all.
     *
     * @return {@code false} when they have not come to an end in half a minute
     */
    boolean await() {
        long end = System.nanoTime() + PATIENCE;
        while (remaining.get() > 0) {
            LockSupport.parkNanos(PATIENCE);
            if (System.nanoTime() > end) {
                return false;
            }
        }
        return true;
    }
}
