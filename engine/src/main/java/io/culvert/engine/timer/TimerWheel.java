// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import java.util.ArrayList;
import java.util.SplittableRandom;

/**
 * The timers of all peers of one home worker; confined to its thread. Times are
 * {@link io.culvert.engine.io.Clock#nanos}.
 *
 * <p>A hashed wheel (G. Varghese, T. Lauck, 1987, scheme 6): the entries of a tick are linked in one slot, with those
 * of later rounds. A poll touches the slots of the ticks since the last one, and not the entries of others. A bit set
 * tells which slots have entries.
 */
public final class TimerWheel {
    /** No deadline. */
    public static final long OFF = Long.MAX_VALUE;

    // A tick is 2^23 ns = 8.4 ms. The kernel's timers tick at 1 to 10 ms, and the protocol needs no resolution below
    // 333 ms. A round takes 34 s, more than the usual persistent keepalive and all timers of a living session.
    private static final int TICK_SHIFT = 23;
    private static final int SLOTS = 4096;
    /** How many entries of later rounds a search may visit before it gives up and lets the worker look again. */
    private static final int VISITS = 512;

    private final PeerTimers[] slots = new PeerTimers[SLOTS];
    private final long[] used = new long[SLOTS / Long.SIZE];
    private final ArrayList<PeerTimers> due = new ArrayList<>();
    private final SplittableRandom jitter;
    private int count;
    /** Entries of earlier ticks have expired. Set by the first entry. */
    private long tick;

    private long earliest = OFF;

    /**
     * An empty wheel.
     *
     * @param seed of the jitter, not secret
     */
    public TimerWheel(long seed) {
        jitter = new SplittableRandom(seed);
    }

    /**
     * When {@link #poll} is due: once all timers of the next tick with any have expired, so that many timers wake the
     * worker once in a tick. {@link #OFF} if no timer is scheduled.
     */
    public long earliest() {
        return earliest;
    }

    /** Runs the timers expired at {@code now}; returns the number of their peers. */
    public int poll(long now) {
        if (now < earliest) {
            return 0;
        }
        long nowTick = now >> TICK_SHIFT;
        long slotsToPoll = Math.min(nowTick - tick + 1, SLOTS);
        for (int i = 0; i < slotsToPoll; i++) {
            collect(slot(tick + i), now);
        }
        tick = nowTick;
        earliest = next();
        // After the loop, as the timers' actions schedule timers, and the wheel must not change while it is polled.
        int expired = due.size();
        for (int i = 0; i < expired; i++) {
            due.get(i).expire(now);
        }
        due.clear();
        return expired;
    }

    private void collect(int slot, long now) {
        PeerTimers entry = slots[slot];
        while (entry != null) {
            PeerTimers next = entry.next;
            if (entry.scheduled() <= now) {
                unlink(entry);
                entry.unscheduled();
                due.add(entry);
            }
            entry = next;
        }
    }

    /** The last deadline of the first tick that has any. */
    private long next() {
        if (count == 0) {
            return OFF;
        }
        int visits = 0;
        long later = OFF;
        for (int i = 0; i < SLOTS; i++) {
            int slot = slot(tick + i);
            if (!isUsed(slot)) {
                continue;
            }
            long last = Long.MIN_VALUE;
            for (PeerTimers entry = slots[slot]; entry != null; entry = entry.next) {
                long deadline = entry.scheduled();
                if (deadline >> TICK_SHIFT <= tick + i) {
                    last = Math.max(last, deadline);
                } else {
                    later = Math.min(later, deadline);
                    visits++;
                }
            }
            if (last != Long.MIN_VALUE) {
                return last;
            }
            if (visits > VISITS) {
                return tick + i + 1 << TICK_SHIFT;
            }
        }
        return later;
    }

    /** A uniform random delay below {@code bound} nanoseconds. */
    long jitter(long bound) {
        return jitter.nextLong(bound);
    }

    /** Links an entry that is in no slot, at its deadline. */
    void schedule(PeerTimers entry, long deadline, long now) {
        if (count == 0) {
            // Nothing can expire in the ticks of an idle period.
            tick = now >> TICK_SHIFT;
        }
        count++;
        int slot = slot(Math.max(tick, deadline >> TICK_SHIFT));
        entry.slot = slot;
        entry.next = slots[slot];
        if (entry.next != null) {
            entry.next.previous = entry;
        }
        slots[slot] = entry;
        used[slot / Long.SIZE] |= 1L << slot;
        boolean sameTick = earliest != OFF && deadline >> TICK_SHIFT == earliest >> TICK_SHIFT;
        if (sameTick ? deadline > earliest : deadline < earliest) {
            earliest = deadline;
        }
    }

    /** Unlinks an entry. */
    void cancel(PeerTimers entry) {
        unlink(entry);
        if (count == 0) {
            earliest = OFF;
        }
    }

    private void unlink(PeerTimers entry) {
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        if (entry.previous != null) {
            entry.previous.next = entry.next;
        } else {
            slots[entry.slot] = entry.next;
            if (entry.next == null) {
                used[entry.slot / Long.SIZE] &= ~(1L << entry.slot);
            }
        }
        entry.next = null;
        entry.previous = null;
        count--;
    }

    private boolean isUsed(int slot) {
        return (used[slot / Long.SIZE] & 1L << slot) != 0;
    }

    private static int slot(long tick) {
        return (int) tick & SLOTS - 1;
    }
}
