// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.message.Limits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The replay window of a session (RFC 6479): a ring of 8192 bits for the counters up to the greatest accepted one. The
 * newest 8128 bits are valid; the word ahead of them is always clear. Called after authentication, in message order.
 *
 * <p>As in the kernel, {@code next} is the greatest accepted counter plus one, and a counter uses the bit of its value
 * plus one; in an empty window {@code next} is 0.
 *
 * <p>Confined to the worker that holds the token of the peer's receive queue, which orders the uses of two workers,
 * except {@link #next}: the holder writes it (opaque), and any thread reads it. A stale
 * value only delays the refusal of a message, which {@link #accept} then refuses.
 */
public final class ReplayWindow {
    private static final int WORDS = Limits.COUNTER_BITS_TOTAL / Long.SIZE;
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(ReplayWindow.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] ring = new long[WORDS];
    private long next;

    /** An empty window. */
    public ReplayWindow() {}

    /**
     * Records a counter.
     *
     * @param counter an unsigned number
     * @return whether the message is new: {@code false} if the counter was accepted before, is older than the window,
     *     or is at least REJECT_AFTER_MESSAGES
     */
    public boolean accept(long counter) {
        if (Long.compareUnsigned(counter, Limits.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        // Below 2^64 - 8129, so adding the window's size does not overflow.
        long position = counter + 1;
        if (Long.compareUnsigned(position + Limits.COUNTER_WINDOW_SIZE, next) < 0) {
            return false;
        }
        if (Long.compareUnsigned(position, next) > 0) {
            advance(position);
        }
        int word = (int) (position >>> 6) & (WORDS - 1);
        long bit = 1L << position;
        if ((ring[word] & bit) != 0) {
            return false;
        }
        ring[word] |= bit;
        return true;
    }

    /** Clears the words after the old position up to the new one; each word at most once. */
    private void advance(long position) {
        long from = next >>> 6;
        long words = Math.min((position >>> 6) - from, WORDS);
        for (long i = 1; i <= words; i++) {
            ring[(int) (from + i) & (WORDS - 1)] = 0;
        }
        NEXT.setOpaque(this, position);
    }

    /** The greatest accepted counter plus one, an unsigned number; 0 before the first. Any thread. */
    public long next() {
        return (long) NEXT.getOpaque(this);
    }
}
