// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends a demo in order at a signal: the process lives on until the demo has removed what it made. */
final class ShutdownGuard {
    private static final long STOP_SECONDS = 30;

    private ShutdownGuard() {}

    /** What a signal interrupts. */
    interface Body {
        /** Returns the exit status. */
        int run() throws InterruptedException;
    }

    /**
     * Runs it in the calling thread.
     *
     * @return its exit status, or 1 if a signal ended it
     */
    static int run(Body body) {
        CountDownLatch finished = new CountDownLatch(1);
        Thread worker = Thread.currentThread();
        // A signal interrupts this thread; the process ends when this thread has removed what it created.
        Thread hook = Thread.ofPlatform().unstarted(() -> stop(worker, finished));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return body.run();
        } catch (InterruptedException e) {
            System.err.println("stopped");
            return 1;
        } finally {
            finished.countDown();
        }
    }

    private static void stop(Thread worker, CountDownLatch finished) {
        if (finished.getCount() > 0) {
            worker.interrupt();
        }
        try {
            finished.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
