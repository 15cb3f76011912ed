// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life of the process: it ends on SIGINT and SIGTERM, on an internal error of a thread, and when what it carries
 * has ended. Whatever is stuck then, the process ends within ten seconds.
 *
 * <p>{@link #run} is called by the main thread, once. Any other thread may {@link #end} it.
 */
final class ProcessLife {
    private static final long SHUTDOWN_SECONDS = 10;
    /** Longest start on any machine, with a warm-up of three seconds in it. */
    private static final long START_SECONDS = 120;
    /** The exit status after an internal error. */
    private static final int FAILURE = 3;

    private static final Logger LOG = System.getLogger(ProcessLife.class.getName());

    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    /** What the process does until it ends. */
    interface Task {
        void run() throws IOException;
    }

    /**
     * Runs a task, which returns when {@link #await} has.
     *
     * @param watched whether the process ends if the task does not call {@link #started} in time
     * @return the exit status: 0 if the process was told to stop, {@link #FAILURE} after an internal error
     * @throws StartException if the task cannot begin
     */
    int run(Task task, boolean watched) throws StartException {
        Thread.setDefaultUncaughtExceptionHandler(this::failed);
        if (watched) {
            Thread main = Thread.currentThread();
            Thread.ofPlatform().daemon().name("start-watch").start(() -> watchStart(main));
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        try {
            task.run();
            return end.join().failed() ? FAILURE : 0;
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        } finally {
            end.complete(End.orderly("start-up failed"));
            finished.countDown();
        }
    }

    /** Ends the process; the first reason counts. After a failure, this waits for the end: not on the main thread. */
    void end(End reason) {
        end.complete(reason);
        if (reason.failed()) {
            awaitEnd();
        }
    }

    /** Waits until the process is to end, and returns why. */
    End await() {
        return end.join();
    }

    /** Completed when the process is to end. */
    CompletableFuture<?> ending() {
        return end;
    }

    /** The task has begun: it serves. */
    void started() {
        started.countDown();
    }

    /** Ends the process if its start is stuck: the launcher would wait for ever. */
    private void watchStart(Thread main) {
        try {
            if (!started.await(START_SECONDS, TimeUnit.SECONDS) && !end.isDone()) {
                IllegalStateException where = new IllegalStateException("no start within " + START_SECONDS + " s");
                where.setStackTrace(main.getStackTrace());
                LOG.log(Level.ERROR, "the start is stuck", where);
                Runtime.getRuntime().halt(FAILURE);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "the start is not watched any more");
        }
    }

    /** Whatever a thread of the process, other than the device's, does not handle ends the process. */
    private void failed(Thread thread, Throwable cause) {
        String name = thread.getName();
        end.complete(End.failure("internal error in thread \"" + name + "\": " + cause));
        LOG.log(Level.ERROR, "internal error in thread \"" + name + "\": the daemon ends", cause);
        awaitEnd();
    }

    /** After a failure: ends the process even if the main thread waits for a thread that is stuck. */
    private void awaitEnd() {
        try {
            if (!finished.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(FAILURE);
            }
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(FAILURE);
        }
    }

    /** The shutdown hook, run on a signal: waits until {@link #run} has ended, and exits with status 0. */
    private void stop() {
        if (!end.complete(End.orderly("received SIGINT or SIGTERM"))) {
            return;
        }
        try {
            finished.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "interrupted during shutdown");
        }
        Runtime.getRuntime().halt(0);
    }
}
