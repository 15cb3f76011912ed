// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The timers of all peers of one home worker; confined to its thread. Times are
 * {@link io.culvert.engine.io.Clock#nanos}.
 */
public final class TimerWheel {
    /** No deadline. */
    public static final long OFF = Long.MAX_VALUE;

    // 2^23 ns = 8.4 ms. The kernel's timers tick at 1 to 10 ms, and the protocol needs no resolution below 333 ms.
    private static final long TICK_NANOS = 1L << 23;
    private static final int TICKS = 1024;

    private final DeadlineTimerWheel wheel;
    private final Long2ObjectHashMap<PeerTimers> timers = new Long2ObjectHashMap<>();
    private final ArrayList<PeerTimers> due = new ArrayList<>();
    private final SplittableRandom jitter;
    private long earliest = OFF;

    /**
     * An empty wheel.
     *
     * @param now the current time
     * @param seed of the jitter, not secret
     */
    public TimerWheel(long now, long seed) {
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, now, TICK_NANOS, TICKS);
        jitter = new SplittableRandom(seed);
    }

    /** A time before which no timer expires; {@link #OFF} if no timer is scheduled. */
    public long earliest() {
        return earliest;
    }

    /** Runs the timers expired at {@code now}; returns the number of their peers. */
    public int poll(long now) {
        if (now < earliest) {
            return 0;
        }
        do {
            wheel.poll(now, this::collect, Integer.MAX_VALUE);
        } while (wheel.currentTickTime() <= now);
        earliest = OFF;
        wheel.forEach((deadline, id) -> earliest = Math.min(earliest, deadline));
        // After the loop, as the timers' actions schedule timers, and the wheel must not change while it is polled.
        int count = due.size();
        for (int i = 0; i < count; i++) {
            due.get(i).expire(now);
        }
        due.clear();
        return count;
    }

    /** A uniform random delay below {@code bound} nanoseconds. */
    long jitter(long bound) {
        return jitter.nextLong(bound);
    }

    long schedule(PeerTimers peer, long deadline, long now) {
        if (wheel.timerCount() == 0) {
            // Restarts the empty wheel, so that poll need not advance tick by tick through an idle period.
            wheel.resetStartTime(now);
        }
        long id = wheel.scheduleTimer(deadline);
        timers.put(id, peer);
        earliest = Math.min(earliest, deadline);
        return id;
    }

    void cancel(long id) {
        wheel.cancelTimer(id);
        timers.remove(id);
        if (wheel.timerCount() == 0) {
            earliest = OFF;
        }
    }

    private boolean collect(TimeUnit unit, long now, long id) {
        PeerTimers peer = timers.remove(id);
        peer.unscheduled();
        due.add(peer);
        return true;
    }
}
