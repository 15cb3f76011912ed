package io.culvert.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets a program that is told to end take back what it made, and keep what it measured, before it ends. */
public final class OrderlyStop {
    /** The exit status of a program that was told to end. */
    public static final int STOPPED = 130;

    private static final long PATIENCE_SECONDS = 30;

    private OrderlyStop() {}

    /**
     * Runs {@code work} on this thread, which is interrupted when the program is told to end; the program ends when that is done.
     *
     * @return what {@code work} does, {@link #STOPPED} when it ends by the interrupt
     */
    public static int of(Callable<Integer> work) throws Exception {
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
            finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
