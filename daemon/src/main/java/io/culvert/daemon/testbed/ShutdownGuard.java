// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** On SIGINT or SIGTERM, lets a program remove what it made, and save what it measured, before the JVM exits. */
public final class ShutdownGuard {
    /** The usual exit status after SIGINT. */
    public static final int STOPPED = 130;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private ShutdownGuard() {}

    /**
     * What a signal interrupts.
     *
     * @param <E> what it may throw otherwise
     */
    public interface Work<E extends Exception> {
        /** Returns the exit status. */
        int run() throws E, InterruptedException;
    }

    /** Runs {@code work} with a limit of 30 s; the result is {@link #STOPPED} if the interrupt ended it. */
    public static <E extends Exception> int run(Work<E> work) throws E {
        return run(work, LIMIT, () -> STOPPED);
    }

    /**
     * Runs {@code work} on this thread, and interrupts it when the JVM shuts down. Shutdown waits until {@code work}
     * and {@code stopped} have ended.
     *
     * @param limit how long shutdown waits at most
     * @param stopped is run if the interrupt ended the work
     * @return the result of {@code work}, or of {@code stopped}
     */
    public static <E extends Exception> int run(Work<E> work, Duration limit, IntSupplier stopped) throws E {
        CountDownLatch finished = new CountDownLatch(1);
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(worker, finished, limit)));
        try {
            return work.run();
        } catch (InterruptedException e) {
            return stopped.getAsInt();
        } finally {
            finished.countDown();
        }
    }

    private static void stop(Thread worker, CountDownLatch finished, Duration limit) {
        if (finished.getCount() > 0) {
            worker.interrupt();
        }
        try {
            finished.await(limit.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
