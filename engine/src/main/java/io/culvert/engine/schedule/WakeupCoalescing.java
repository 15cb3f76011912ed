package io.culvert.engine.schedule;

/**
 * Lets packets gather while a worker sleeps, once so many come that several would within {@value #GATHER_NANOS} ns: one
 * wake-up, one train and one send then serve all of them, and whoever shares the core gets a turn. It is what network
 * cards do with their interrupts. Super-packets never come that fast, and a lone packet is never kept waiting. Confined to
 * the worker's thread.
 */
public final class WakeupCoalescing {
    public static final long GATHER_NANOS = 150_000;
    /** So many must be expected for it to pay. */
    private static final int WORTH = 6;
    /** The rate is smoothed over about as many sleeps, in units of a packet for {@value #GATHER_NANOS} ns. */
    private static final int SMOOTHING = 4;

    private static final int UNIT = 1024;

    private long since;
    private long packets;
    private long rate;

    /** Counts what arrived. */
    public void count(int arrived) {
        packets += arrived;
    }

    /** How long to let packets gather in the sleep that begins now, in nanoseconds; 0 not to. */
    public long gather(long now) {
        // After a pause what was is no guide; and the product stays small.
        long passed = Math.max(now - since, 1);
        long current = passed > SMOOTHING * GATHER_NANOS * WORTH ? 0 : packets * GATHER_NANOS * UNIT / passed;
        rate += (current - rate) / SMOOTHING;
        since = now;
        packets = 0;
        return rate >= (long) WORTH * UNIT ? GATHER_NANOS : 0;
    }
}
