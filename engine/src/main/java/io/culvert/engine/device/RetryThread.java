// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.ThreadEnd;
import io.culvert.engine.pipeline.Heartbeat;
import io.culvert.engine.schedule.Backoff;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * The thread that tries again what the system refused a device. It sleeps until an attempt is due. A simulation starts
 * no thread, but calls {@link #doWork}.
 */
public final class RetryThread {
    private static final Logger LOG = System.getLogger(RetryThread.class.getName());

    private final Device device;
    private final Clock clock;
    private final Runnable attempt;
    private final Thread thread;
    private final Heartbeat heartbeat = new Heartbeat("retries", null);

    // Guarded by the monitor of this object, within which no other lock is taken.
    private long due = Backoff.NEVER;
    private boolean running;

    /** A thread that does not run yet. {@code attempt} decides what comes next, and calls {@link #at}. */
    RetryThread(Device device, Runnable attempt) {
        this.device = device;
        this.attempt = attempt;
        clock = device.platform().clock();
        thread = new Thread(this::run, device.name() + "-retry");
        thread.setDaemon(true);
    }

    /** Shows whether the thread turns. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    synchronized void start() {
        running = true;
        thread.start();
    }

    /** Sets when the next attempt is due, by the platform's clock; {@link Backoff#NEVER} for none. Any thread. */
    synchronized void at(long nanos) {
        due = nanos;
        notifyAll();
    }

    /** When the next attempt is due; {@link Backoff#NEVER} for never. Any thread. */
    public synchronized long earliest() {
        return due;
    }

    /** Makes the attempt if it is due; returns how many were made. */
    public int doWork() {
        synchronized (this) {
            if (due > clock.nanos()) {
                return 0;
            }
            due = Backoff.NEVER;
        }
        attempt.run();
        return 1;
    }

    private void run() {
        heartbeat.begin();
        try {
            while (awaitDue()) {
                heartbeat.atWork();
                doWork();
            }
        } catch (RuntimeException | Error e) {
            device.end().failed(thread.getName(), e);
        } finally {
            heartbeat.asleep();
        }
    }

    /** Waits until an attempt is due; {@code false} when the thread is to end. */
    private synchronized boolean awaitDue() {
        heartbeat.asleep();
        try {
            for (long left; running && (left = due - clock.nanos()) > 0; ) {
                // Rounded up; 0 would wait for ever, as a wait without a due attempt does.
                wait(due == Backoff.NEVER ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1);
            }
            return running;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Ends the thread, and waits until it has ended. Not under the device's lock. */
    void stop() {
        synchronized (this) {
            running = false;
            notifyAll();
        }
        if (!ThreadEnd.await(thread)) {
            LOG.log(Level.ERROR, "{0} does not end", thread.getName());
        }
    }
}
