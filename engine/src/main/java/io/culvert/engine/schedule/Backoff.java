// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

/**
 * When to try again what the system refused: after a first delay, then after twice the last one, up to a longest.
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
public final class Backoff {
    /** Nothing is to be tried again. */
    public static final long NEVER = Long.MAX_VALUE;

    private final long first;
    private final long longest;
    private long delay;
    private long due = NEVER;

    /**
     * Nothing has failed yet.
     *
     * @param first the delay after the first failure, in nanoseconds
     * @param longest the longest delay
     */
    public Backoff(long first, long longest) {
        this.first = first;
        this.longest = longest;
        delay = first;
    }

    /** An attempt failed at {@code now}. */
    public void failed(long now) {
        due = now + delay;
        delay = Math.min(2 * delay, longest);
    }

    /** There is nothing to try any more; the next failure begins with the first delay. */
    public void end() {
        due = NEVER;
        delay = first;
    }

    /** When to try again, or {@link #NEVER}. */
    public long due() {
        return due;
    }
}
