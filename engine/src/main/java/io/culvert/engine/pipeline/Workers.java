// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * All workers of a device, and their threads. A simulation starts no threads, but {@linkplain Worker#doWork steps} the
 * workers itself.
 */
public final class Workers {
    private final Worker[] workers;
    /** Written by {@link #start}; read by {@link #close}, which the caller orders after it. */
    private final Thread[] threads;
    /** Counts the workers that may still use trains. Each closes its I/O when all have counted down. */
    private final CountDownLatch atWork;

    /**
     * Written by {@link #start}, {@link #close} and a worker that fails; read by all workers and by callers of tasks.
     * Volatile.
     */
    private volatile boolean running;

    /** Creates {@code count} workers, which do not run yet. */
    public Workers(PipelineContext context, int count) {
        workers = new Worker[count];
        threads = new Thread[count];
        atWork = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            workers[i] = new Worker(context, this, i, count);
        }
    }

    /**
     * Starts a thread for each worker, and waits until all have opened their I/O.
     *
     * @throws RuntimeException the first failure, after all threads have ended
     */
    public void start(String name) {
        running = true;
        CountDownLatch initialized = new CountDownLatch(workers.length);
        RuntimeException[] failure = new RuntimeException[1];
        for (int i = 0; i < workers.length; i++) {
            Worker worker = workers[i];
            threads[i] = new Thread(() -> run(worker, initialized, failure), name + "-worker-" + i);
            threads[i].start();
        }
        await(initialized);
        synchronized (failure) {
            if (failure[0] != null) {
                stop();
                throw failure[0];
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the workers were starting or ending", e);
        }
    }

    private void run(Worker worker, CountDownLatch initialized, RuntimeException[] failure) {
        try {
            worker.initialize();
        } catch (RuntimeException e) {
            synchronized (failure) {
                failure[0] = e;
            }
            atWork.countDown();
            return;
        } finally {
            initialized.countDown();
        }
        try {
            while (running) {
                if (worker.doWork() == 0) {
                    worker.park();
                }
            }
        } catch (RuntimeException | Error e) {
            running = false;
            worker.failed(e);
        } finally {
            atWork.countDown();
            // A stolen train is in the buffers of the worker that it was stolen from.
            await(atWork);
            worker.closeIo();
        }
    }

    /** Initializes all workers on the calling thread, which will step them. */
    public void initializeAll() {
        for (Worker worker : workers) {
            worker.initialize();
        }
    }

    /** Ends the threads, and then frees the workers' memory. Not to be called by a worker. */
    public void close() {
        boolean threaded = threads[0] != null;
        stop();
        for (Worker worker : workers) {
            if (!threaded) {
                worker.closeIo();
            }
            worker.close();
        }
    }

    private void stop() {
        running = false;
        for (int i = 0; i < workers.length && threads[i] != null; i++) {
            workers[i].post(() -> {});
        }
        for (int i = 0; i < workers.length && threads[i] != null; i++) {
            join(threads[i]);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs {@code task} for each worker on that worker's thread, and waits until all are done. If the workers have no
     * threads, it runs on the calling thread.
     */
    public void callAll(Consumer<Worker> task) {
        if (!running) {
            for (Worker worker : workers) {
                task.accept(worker);
                worker.signal();
            }
            return;
        }
        CountDownLatch done = new CountDownLatch(workers.length);
        for (Worker worker : workers) {
            Runnable message = () -> {
                try {
                    task.accept(worker);
                } finally {
                    done.countDown();
                }
            };
            while (running && !worker.post(message)) {
                Thread.onSpinWait();
            }
        }
        try {
            while (running && !done.await(100, TimeUnit.MILLISECONDS)) {
                // A worker that has ended never counts down: check running again.
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Posts {@code task} to a worker. If the workers have no threads, it runs at once on the calling thread. */
    public void call(Worker worker, Runnable task) {
        if (!running) {
            task.run();
            worker.signal();
            return;
        }
        while (running && !worker.post(task)) {
            Thread.onSpinWait();
        }
    }

    /** The number of workers. */
    public int count() {
        return workers.length;
    }

    /** Worker {@code i}. */
    public Worker get(int i) {
        return workers[i];
    }

    /** Whether any train waits for the AEAD; a hint. */
    boolean anyWork() {
        for (Worker worker : workers) {
            if (worker.hasWork()) {
                return true;
            }
        }
        return false;
    }

    /** Wakes one sleeping worker other than {@code except}, if any sleeps. */
    void wakeOne(int except) {
        for (int i = 1; i < workers.length; i++) {
            Worker worker = workers[(except + i) % workers.length];
            if (worker.isSleeping()) {
                worker.signal();
                return;
            }
        }
    }
}
