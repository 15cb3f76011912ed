// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

/**
 * Tells from two clocks whether the system was suspended: CLOCK_BOOTTIME counts that time, CLOCK_MONOTONIC does not.
 * One thread.
 */
final class SuspendClock {
    /** More than may pass between reading the one clock and the other, and less than any suspend takes. */
    private static final long MIN_SUSPEND = 50_000_000;

    private long ahead;

    /** Begins with the present times, in nanoseconds. */
    SuspendClock(long bootNanos, long monotonicNanos) {
        ahead = bootNanos - monotonicNanos;
    }

    /** Whether the system was suspended since the last call that found so. */
    boolean wasSuspended(long bootNanos, long monotonicNanos) {
        long now = bootNanos - monotonicNanos;
        if (now - ahead < MIN_SUSPEND) {
            return false;
        }
        ahead = now;
        return true;
    }
}
