// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

/**
 * Wake-up coalescing, as the interrupt moderation of network cards: if several packets are expected within
 * {@value #MIN_WAIT_NANOS} ns, a worker sleeps at least that long, so that one wake-up, one train and one send serve
 * all of them. Super-packets never reach that rate, and a single packet is not delayed. Confined to the worker's
 * thread.
 */
public final class WakeupCoalescing {
    static final long MIN_WAIT_NANOS = 150_000;
    /** The minimum number of expected packets. */
    private static final int MIN_PACKETS = 6;
    /** The rate is smoothed over about this many measurements, each of at least {@value #MIN_WAIT_NANOS} ns. */
    private static final int SMOOTHING = 4;
    /** After a longer time the packets before it say nothing about those to come. */
    private static final long PAUSE_NANOS = SMOOTHING * MIN_PACKETS * MIN_WAIT_NANOS;
    /** Fixed-point unit of the rate: one packet in {@value #MIN_WAIT_NANOS} ns. */
    private static final int UNIT = 1024;

    private long since;
    private long packets;
    private long rate;

    /** A policy without history. */
    public WakeupCoalescing() {}

    /** Counts packets that arrived. */
    public void count(int arrived) {
        packets += arrived;
    }

    /** The shortest sleep for the park that begins now, in nanoseconds; 0 for none. */
    public long minWaitNanos(long now) {
        long passed = now - since;
        if (passed >= MIN_WAIT_NANOS) {
            // Not over a shorter time: two packets in a few microseconds are no rate.
            rate = passed > PAUSE_NANOS ? 0 : rate + (packets * MIN_WAIT_NANOS * UNIT / passed - rate) / SMOOTHING;
            since = now;
            packets = 0;
        }
        return rate >= (long) MIN_PACKETS * UNIT ? MIN_WAIT_NANOS : 0;
    }
}
