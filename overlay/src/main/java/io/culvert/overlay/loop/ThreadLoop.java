// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A loop on a thread of its own, by the system's clocks. */
public final class ThreadLoop implements Loop {
    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> failed;

    /**
     * Starts no thread before the first task.
     *
     * @param name the thread's name
     * @param failed told on the loop what a task threw; the loop goes on
     */
    public ThreadLoop(String name, Consumer<Throwable> failed) {
        this.failed = failed;
        executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, Duration.ZERO);
    }

    @Override
    public Timer schedule(Runnable task, Duration delay) {
        try {
            Future<?> future = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {}; // closed: the task is dropped
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            failed.accept(e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
