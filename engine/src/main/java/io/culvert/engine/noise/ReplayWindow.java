package io.culvert.engine.noise;

import io.culvert.engine.message.Limits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which counters were received (RFC 6479): a ring of 8192 bits over the counters up to the greatest seen, of which the
 * newest 8128 are relied on, and the word ahead of them is always clear. Run after authentication, in the order of the
 * messages.
 *
 * <p>As in the kernel, {@code next} is the greatest counter seen plus one, and a counter's bit is that of its value plus
 * one; zero is a window that has seen nothing.
 *
 * <p>Confined to the peer's home, but for {@link #next}: written by the home alone (opaque), read by any thread, where a
 * late value only lets a message through that the home then judges.
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

    /** A window that has seen nothing. */
    public ReplayWindow() {}

    /**
     * Notes a counter.
     *
     * @param counter an unsigned number
     * @return whether the message is new: {@code false} when the counter was seen before, is too old to tell, or is
     *     REJECT_AFTER_MESSAGES or more
     */
    public boolean accept(long counter) {
        if (Long.compareUnsigned(counter, Limits.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        // Below 2^64 - 8129, so that adding the window's size does not overflow.
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

    /** Clears the words between the old position and the new, all of them at most. */
    private void advance(long position) {
        long from = next >>> 6;
        long words = Math.min((position >>> 6) - from, WORDS);
        for (long i = 1; i <= words; i++) {
            ring[(int) (from + i) & (WORDS - 1)] = 0;
        }
        NEXT.setOpaque(this, position);
    }

    /** The greatest counter seen plus one, an unsigned number; 0 when none was. Any thread. */
    public long next() {
        return (long) NEXT.getOpaque(this);
    }
}
