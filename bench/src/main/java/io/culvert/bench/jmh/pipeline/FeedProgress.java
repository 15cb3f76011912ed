// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;

/**
 * How far all workers of a tunnel have come: a packet may pass at another worker than the one that supplied it.
 *
 * <p>{@code allowed} is written by the measuring thread, each element of {@code supplied} and {@code passed} by one
 * worker, and all are read by all workers; {@code reported} and {@code waiting} are exchanged. All are volatile: of two
 * workers that flush the last packets at once, at least one sees both, and a worker that waits is woken or sees that it
 * need not.
 */
final class FeedProgress {
    /** Packets in flight at most: the queue of a kernel whose senders wait for acknowledgements. */
    static final int WINDOW = 32 * Feed.TRAIN;

    /** Longs between two workers' counts, against false sharing. */
    private static final int STRIDE = 16;

    private final int workers;
    private final IntConsumer wake;
    private final AtomicLongArray supplied;
    private final AtomicLongArray passed;
    private final AtomicIntegerArray waiting;
    private final AtomicLong reported = new AtomicLong();
    private volatile long allowed;

    /** No packets yet; {@code wake} wakes a worker whose input was held back. */
    FeedProgress(int workers, IntConsumer wake) {
        this.workers = workers;
        this.wake = wake;
        supplied = new AtomicLongArray(workers * STRIDE);
        passed = new AtomicLongArray(workers * STRIDE);
        waiting = new AtomicIntegerArray(workers);
    }

    /** Begins a round of {@code packets} packets. The measuring thread, before it lets any worker supply them. */
    void begin(long packets) {
        allowed += packets;
    }

    /** Whether a worker that has supplied {@code packets} may supply more; otherwise it is woken when it may. */
    boolean isOpen(int worker, long packets) {
        supplied.set(worker * STRIDE, packets);
        if (sum(supplied) - sum(passed) < WINDOW) {
            return true;
        }
        waiting.set(worker, 1);
        return sum(supplied) - sum(passed) < WINDOW;
    }

    /**
     * At a worker {@code packets} packets have passed in all.
     *
     * @return whether these were the last ones allowed; {@code true} once for each round
     */
    boolean publish(int worker, long packets) {
        passed.set(worker * STRIDE, packets);
        for (int i = 0; i < workers; i++) {
            if (waiting.get(i) != 0 && waiting.getAndSet(i, 0) != 0) {
                wake.accept(i);
            }
        }
        long all = allowed;
        long last = reported.get();
        return last < all && sum(passed) >= all && reported.compareAndSet(last, all);
    }

    private long sum(AtomicLongArray counts) {
        long sum = 0;
        for (int i = 0; i < workers; i++) {
            sum += counts.get(i * STRIDE);
        }
        return sum;
    }
}
