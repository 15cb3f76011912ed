// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.ThreadEnd;
import io.culvert.engine.pipeline.Heartbeat;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notices a thread that has stopped turning, such as one in an endless loop, or in a system call that never returns. It
 * logs such a stall with the thread's stack after {@value #REPORT} seconds, and ends the device if it lasts.
 *
 * <p>It counts ticks of its own, one a second, during which a thread that is at work made no turn. While the process is
 * stopped (SIGSTOP, a debugger, a paused or suspended machine) there are no ticks; a tick that comes late by more than
 * its length does not count, as the machine is overloaded then. So a thread is only given up while this one, which is
 * scheduled like it, has run on time for the whole limit. A thread that sleeps is woken every {@value #PROBE} seconds.
 *
 * <p>A handshake thread or the TUN's may wait for a change of the configuration, which may take minutes for a million
 * peers: while such a change makes progress, their ticks do not count.
 *
 * <p>Its own thread calls {@link #tick}; any thread reads the stalls.
 */
final class Watchdog {
    /** Seconds after which a stall is logged. */
    static final int REPORT = 10;
    /** Seconds after which a thread that sleeps is woken, to show that it can be. */
    static final int PROBE = 10;

    private static final Logger LOG = System.getLogger(Watchdog.class.getName());
    private static final long TICK_NANOS = 1_000_000_000L;

    private final DeviceEnd end;
    private final Clock clock;
    private final int limit;
    private final DeviceListener listener;
    /** Of changes of the configuration. */
    private final Watched control;

    private final List<Watched> workers;
    /** Threads that may wait for a change of the configuration. */
    private final List<Watched> others;

    /** Held during a tick, so that {@link #stop} returns after the last probe. */
    private final ReentrantLock ticking = new ReentrantLock();

    /** Written by the watchdog's thread; read by any. Volatile. */
    private volatile long lastTick;

    /** Written by the owner, read by the thread. Volatile. */
    private volatile boolean stopping;

    private Thread thread;

    /** A heartbeat and what was seen of it; {@code stalled} is volatile, as any thread reads it. */
    private static final class Watched {
        final Heartbeat heartbeat;
        long beats;
        int asleep;
        boolean probed;
        volatile int stalled;

        Watched(Heartbeat heartbeat) {
            this.heartbeat = heartbeat;
            beats = heartbeat.beats();
        }
    }

    /**
     * Watches threads from the first {@link #tick} on.
     *
     * @param limit seconds without a turn after which the device ends; 0 for never
     * @param control the heartbeat of changes of the configuration
     * @param others the heartbeats of threads that may wait for such a change
     * @param listener hears each second of threads that do not turn
     */
    Watchdog(
            DeviceEnd end,
            Clock clock,
            int limit,
            Heartbeat control,
            List<Heartbeat> workers,
            List<Heartbeat> others,
            DeviceListener listener) {
        this.end = end;
        this.clock = clock;
        this.limit = limit;
        this.listener = listener;
        this.control = new Watched(control);
        this.workers = workers.stream().map(Watched::new).toList();
        this.others = others.stream().map(Watched::new).toList();
    }

    /** Starts the thread. */
    void start(String name) {
        thread = Thread.ofPlatform().daemon().name(name + "-stall-watch").start(this::run);
    }

    /** Ends the thread, without waiting for it: it may be running an action of the owner, who may be the caller. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            if (ticking.tryLock(ThreadEnd.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                ticking.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        end.serve();
        try {
            lastTick = clock.nanos();
            while (!stopping) {
                end.notifyOwner();
                LockSupport.parkNanos(this, TICK_NANOS);
                end.notifyOwner();
                turn();
            }
        } catch (RuntimeException | Error e) {
            end.failed(Thread.currentThread().getName(), e);
        }
        end.notifyOwner();
    }

    private void turn() {
        ticking.lock();
        try {
            if (!stopping) {
                tick(clock.nanos());
            }
        } finally {
            ticking.unlock();
        }
    }

    /** Looks at all threads; does nothing before half a second has passed since the last tick. */
    void tick(long now) {
        long passed = now - lastTick;
        if (passed < TICK_NANOS / 2) {
            return;
        }
        lastTick = now;
        boolean counts = passed < 2 * TICK_NANOS;
        long beats = control.heartbeat.beats();
        // At work now and at the last tick: many short changes are nothing to wait for.
        boolean changing = beats != control.beats && (beats & control.beats & 1) != 0;
        look(control, counts);
        for (Watched one : workers) {
            look(one, counts);
        }
        for (Watched one : others) {
            look(one, counts && !changing);
        }
    }

    private void look(Watched one, boolean counts) {
        long beats = one.heartbeat.beats();
        if (beats != one.beats) {
            one.beats = beats;
            one.asleep = 0;
            one.probed = false;
            turned(one);
        } else if ((beats & 1) != 0 || one.probed) {
            if (counts) {
                one.stalled++;
                stalled(one);
            }
        } else if (beats != 0 && ++one.asleep >= PROBE) {
            one.asleep = 0;
            one.probed = one.heartbeat.probe();
        }
    }

    private static void turned(Watched one) {
        if (one.stalled >= REPORT) {
            LOG.log(Level.WARNING, "{0} turns again after {1} s", one.heartbeat.name(), one.stalled);
        }
        one.stalled = 0;
    }

    private void stalled(Watched one) {
        listener.stalled(one.heartbeat.name(), one.stalled);
        if (one.stalled != REPORT && one.stalled != limit) {
            return;
        }
        Thread stuck = one.heartbeat.thread();
        IllegalStateException where =
                new IllegalStateException(one.heartbeat.name() + " has not turned for " + one.stalled + " s");
        where.setStackTrace(stuck == null ? new StackTraceElement[0] : stuck.getStackTrace());
        if (one.stalled == limit) {
            end.failed(one.heartbeat.name(), where);
        } else {
            LOG.log(Level.ERROR, "a thread is stuck", where);
        }
    }

    /**
     * The seconds for which each thread has not turned, 0 for those that turn or sleep. Any thread. This watchdog's own
     * is among them, once it has been started.
     */
    Map<String, Integer> stalls() {
        Map<String, Integer> stalls = new TreeMap<>();
        stalls.put(control.heartbeat.name(), control.stalled);
        workers.forEach(one -> stalls.put(one.heartbeat.name(), one.stalled));
        others.forEach(one -> stalls.put(one.heartbeat.name(), one.stalled));
        if (thread != null && lastTick != 0) {
            long late = clock.nanos() - lastTick - TICK_NANOS;
            stalls.put("stall-watch", (int) Math.max(0, late / TICK_NANOS));
        }
        return stalls;
    }
}
