// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.process;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** On SIGINT or SIGTERM, lets a program clean up and save its measurements before the JVM exits. */
public final class ShutdownGuard {
    /** The exit status after SIGINT or SIGTERM. */
    public static final int STOPPED = 130;

    private static final long TIMEOUT_SECONDS = 30;

    private ShutdownGuard() {}

    /**
     * Runs {@code work} on this thread, and interrupts it when the JVM shuts down. Shutdown waits until {@code work}
     * has ended, for at most {@value #TIMEOUT_SECONDS} seconds.
     *
     * @return the result of {@code work}, or {@link #STOPPED} if the interrupt ended it
     */
    public static int run(Callable<Integer> work) throws Exception {
        CountDownLatch finished = new CountDownLatch(1);
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(worker, finished)));
        try {
            return work.call();
        } catch (InterruptedException e) {
            return STOPPED;
        } finally {
            finished.countDown();
        }
    }

    private static void stop(Thread worker, CountDownLatch finished) {
        if (finished.getCount() > 0) {
            worker.interrupt();
        }
        try {
            finished.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
