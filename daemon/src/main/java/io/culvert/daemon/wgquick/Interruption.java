// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While it is open, a signal that ends the process interrupts the thread that made it, and the process ends when that
 * has closed this: it undoes first what it did. From {@link #shield} on the signal only waits.
 */
final class Interruption implements AutoCloseable {
    private static final long UNDO_SECONDS = 90;

    private final CountDownLatch finished = new CountDownLatch(1);
    /** Guarded by the monitor of this object. */
    private boolean shielded;

    /** Begins for the calling thread. */
    Interruption() {
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(worker)));
    }

    private void stop(Thread worker) {
        if (finished.getCount() == 0) {
            return;
        }
        interrupt(worker);
        try {
            finished.await(UNDO_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void interrupt(Thread worker) {
        if (!shielded) {
            worker.interrupt();
        }
    }

    /** The calling thread, which made this, is not interrupted from now on. */
    synchronized void shield() {
        shielded = true;
        Thread.interrupted();
    }

    @Override
    public void close() {
        finished.countDown();
    }
}
