package io.culvert.engine.schedule;

import java.util.function.LongSupplier;

/**
 * Whether all cores are busy, judged by the time that the worker itself waits for a core. To wake another worker then would only
 * take a core from some other thread; and a train held by a stealing worker that waits for a core delays all trains behind it.
 * Confined to the worker's thread.
 */
public final class CpuContention {
    private static final long PERIOD_NANOS = 20_000_000;
    /** Waiting for more than a sixteenth of the time is contention. */
    private static final int SHARE = 16;

    private final LongSupplier runDelay;
    private long lastPeriod;
    private long lastDelay;
    private boolean contended;

    /**
     * Judges by a counter that is read at most every 20 ms.
     *
     * @param runDelay nanoseconds waited for a core so far, see {@code WorkerIo#runDelay}
     */
    public CpuContention(LongSupplier runDelay) {
        this.runDelay = runDelay;
    }

    /** The judgement of the last full period; {@code now} in nanoseconds. */
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
