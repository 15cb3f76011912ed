// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/** A task that runs once for each worker, and whose caller waits. Any thread. */
final class WorkerCall {
    /** How often a caller that waits looks whether what it waits for can still come. */
    static final long STEP_MILLIS = 100;

    private final Consumer<Worker> task;
    /** By worker: 1 once its run has begun. */
    private final AtomicIntegerArray begun;

    private final CountDownLatch unfinished;
    /** The first failure. Guarded by this. */
    private Throwable failure;
    /** Of the caller alone. */
    private boolean interrupted;

    WorkerCall(Consumer<Worker> task, int workers) {
        this.task = task;
        begun = new AtomicIntegerArray(workers);
        unfinished = new CountDownLatch(workers);
    }

    /** What is to run for a worker; only its first run has an effect. */
    Runnable on(Worker worker) {
        return () -> {
            if (begun.compareAndSet(worker.id(), 0, 1)) {
                run(worker);
            }
        };
    }

    private void run(Worker worker) {
        try {
            task.accept(worker);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                failure = failure == null ? e : failure;
            }
        } finally {
            unfinished.countDown();
        }
    }

    /** Waits a short time for all workers; returns whether they are done. The caller. */
    boolean await() {
        try {
            return unfinished.await(STEP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Waits on: what the caller does next may be wrong while a worker has not run the task.
            interrupted = true;
            return false;
        }
    }

    /** Gives back an interrupt, and throws the first failure, if any. The caller. */
    synchronized void finish() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure) {
            case null -> {
                // All went well.
            }
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new AssertionError("tasks throw nothing else", failure);
        }
    }
}
