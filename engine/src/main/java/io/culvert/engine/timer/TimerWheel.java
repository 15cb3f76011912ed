package io.culvert.engine.timer;

import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The timers of all peers at home with one worker; confined to its thread. Time is nanoseconds of
 * {@link io.culvert.engine.io.Clock#nanos}.
 */
public final class TimerWheel {
    /** No deadline. */
    public static final long OFF = Long.MAX_VALUE;

    // 2^23 ns = 8.4 ms: the kernel's timers tick at 1 to 10 ms, and nothing in the protocol is finer than 333 ms.
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
     * @param now the present
     * @param seed of the jitter, which need not be secret
     */
    public TimerWheel(long now, long seed) {
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, now, TICK_NANOS, TICKS);
        jitter = new SplittableRandom(seed);
    }

    /** A time before which no timer is due, or {@link #OFF} when there is none. */
    public long earliest() {
        return earliest;
    }

    /** Runs what is due at {@code now}; returns how many peers' timers were. */
    public int poll(long now) {
        if (now < earliest) {
            return 0;
        }
        do {
            wheel.poll(now, this::collect, Integer.MAX_VALUE);
        } while (wheel.currentTickTime() <= now);
        earliest = OFF;
        wheel.forEach((deadline, id) -> earliest = Math.min(earliest, deadline));
        // Only now, as what they run may set timers, and the wheel is not to change while it is walked.
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
            // Nothing waits: begin anew, so that the time slept through need not be walked tick by tick.
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
