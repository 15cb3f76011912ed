package io.culvert.engine.schedule;

import java.util.function.LongSupplier;

/**
 * Whether all cores are busy, as a worker can tell by how long it waits for one itself. To wake another worker then, to
 * share the work, only takes a core away from somebody; and a train that a thief holds while it waits for a core holds
 * up all behind it. Confined to the worker's thread.
 */
public final class CpuContention {
    private static final long PERIOD_NANOS = 20_000_000;
    /** Waiting for more than a sixteenth of the time is contention. */
    private static final int SHARE = 16;

    private final LongSupplier runDelay;
    private long lookedAt;
    private long seen;
    private boolean contended;

    /** See {@link io.culvert.engine.io.WorkerIo#runDelay}. */
    public CpuContention(LongSupplier runDelay) {
        this.runDelay = runDelay;
    }

    /** Looks again if the last look is some time ago; {@code now} in nanoseconds. */
    public boolean isContended(long now) {
        long passed = now - lookedAt;
        if (passed >= PERIOD_NANOS) {
            long delay = runDelay.getAsLong();
            contended = (delay - seen) * SHARE > passed;
            seen = delay;
            lookedAt = now;
        }
        return contended;
    }
}
