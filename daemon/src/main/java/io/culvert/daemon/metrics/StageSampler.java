// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at the stage of each worker fifty times a second while the metrics are read, and for some minutes after the
 * last time; five times a second while the workers sleep. Without readers it has no thread and costs nothing.
 */
final class StageSampler {
    private static final long BUSY_NANOS = 20_000_000;
    private static final long IDLE_NANOS = 200_000_000;
    /** Longer than Prometheus' longest usual interval. */
    private static final long KEEP_NANOS = 150_000_000_000L;

    private final List<InterfaceReport> interfaces;
    /** Written by readers, read by the thread. Volatile. */
    private volatile long lastRead;
    /** Guarded by this. */
    private Thread thread;

    StageSampler(List<InterfaceReport> interfaces) {
        this.interfaces = interfaces;
    }

    /** The metrics are read: samples go on, or begin. */
    synchronized void read() {
        lastRead = System.nanoTime();
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("culvert-stages").start(this::run);
        }
    }

    private void run() {
        while (goesOn()) {
            boolean busy = false;
            for (InterfaceReport one : interfaces) {
                busy |= one.sample();
            }
            LockSupport.parkNanos(this, busy ? BUSY_NANOS : IDLE_NANOS);
        }
    }

    private synchronized boolean goesOn() {
        if (System.nanoTime() - lastRead > KEEP_NANOS) {
            thread = null;
        }
        return thread != null;
    }
}
