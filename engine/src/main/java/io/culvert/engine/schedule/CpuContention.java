// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import java.util.function.LongSupplier;

/**
 * Detects that all CPUs are busy, from the run delay of the worker's own thread. Then waking another worker would only
 * take a CPU from another thread, and a train of a stealing worker that waits for a CPU would block all trains behind
 * it. Confined to the worker's thread.
 */
public final class CpuContention {
    private static final long PERIOD_NANOS = 20_000_000;
    /** A run delay of more than a sixteenth of the period is contention. */
    private static final int SHARE = 16;

    private final LongSupplier runDelay;
    private long lastPeriod;
    private long lastDelay;
    private boolean contended;

    /**
     * Reads the run delay at most once in 20 ms.
     *
     * @param runDelay the total nanoseconds waited for a CPU, see {@code WorkerIo#runDelay}
     */
    public CpuContention(LongSupplier runDelay) {
        this.runDelay = runDelay;
    }

    /** Whether there was contention in the last complete period; {@code now} in nanoseconds. */
    public boolean isContended(long now) {
        long passed = now - lastPeriod;
        if (passed >= PERIOD_NANOS) {
            long delay = runDelay.getAsLong();
            contended = (delay - lastDelay) * SHARE > passed;
            lastDelay = delay;
            lastPeriod = now;
        }
        return contended;
    }
}
