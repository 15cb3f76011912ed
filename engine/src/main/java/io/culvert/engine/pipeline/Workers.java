// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.ThreadEnd;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All workers of a device, and their threads. A simulation starts no threads, but {@linkplain Worker#doWork steps} the
 * workers itself.
 *
 * <p>A worker that fails ends all of them: half of the workers would carry the packets of half of the peers. From then
 * on a caller's task runs on the caller's thread, once the workers' threads have ended.
 */
public final class Workers {
    private static final Logger LOG = System.getLogger(Workers.class.getName());
    private static final Runnable NOTHING = () -> {};
    /** How long a caller waits for the workers of a device that has failed: five seconds. */
    private static final int LATE_STEPS = 50;

    private final PipelineContext context;
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
    /**
     * A thread is stuck and may use I/O and trains at any time, so they are never freed. Written by the thread that
     * closes, before it counts {@code atWork} down; read by workers behind that. Volatile.
     */
    private volatile boolean stuck;

    /** Creates {@code count} workers, which do not run yet. */
    public Workers(PipelineContext context, int count) {
        this.context = context;
        workers = new Worker[count];
        threads = new Thread[count];
        atWork = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            workers[i] = new Worker(context, this, i, count);
        }
    }

    /**
     * Starts a thread for each worker, and waits until all have opened their I/O. What a worker that cannot open it
     * throws is thrown here, after all threads have ended.
     */
    public void start(String name) {
        running = true;
        CompletableFuture<?>[] opened = new CompletableFuture<?>[workers.length];
        for (int i = 0; i < workers.length; i++) {
            CompletableFuture<Void> one = new CompletableFuture<>();
            opened[i] = one;
            Worker worker = workers[i];
            Thread thread = new Thread(() -> run(worker, one), name + "-worker-" + i);
            try {
                thread.start();
                threads[i] = thread;
            } catch (RuntimeException | Error e) {
                // The system has no place for another thread.
                one.completeExceptionally(e);
                atWork.countDown();
            }
        }
        Throwable failure = awaitAll(CompletableFuture.allOf(opened));
        if (failure != null) {
            stop();
            switch (failure) {
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                default -> throw new AssertionError("workers throw nothing else", failure);
            }
        }
    }

    /** Waits until all have opened; returns the first failure, also that of a worker which is stuck meanwhile. */
    private Throwable awaitAll(CompletableFuture<Void> opened) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    opened.get(WorkerCall.STEP_MILLIS, TimeUnit.MILLISECONDS);
                    return null;
                } catch (ExecutionException e) {
                    return e.getCause();
                } catch (TimeoutException e) {
                    if (context.end().failure().isPresent()) {
                        return context.end().failure().get();
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run(Worker worker, CompletableFuture<Void> opened) {
        try {
            worker.heartbeat.begin();
            worker.initialize();
            opened.complete(null);
            while (running) {
                worker.heartbeat.atWork();
                if (worker.doWork() == 0) {
                    worker.park();
                }
            }
        } catch (RuntimeException | Error e) {
            running = false;
            if (!opened.completeExceptionally(e)) {
                context.end().failed(Thread.currentThread().getName(), e);
            }
            wakeAll();
        } finally {
            worker.heartbeat.asleep();
            worker.endPark();
            close(worker);
        }
    }

    /** Closes the I/O of a worker on its thread, once no worker uses trains: a stolen one is in another's buffers. */
    private void close(Worker worker) {
        atWork.countDown();
        while (atWork.getCount() > 0) {
            try {
                atWork.await();
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "a worker that waits for the others was interrupted, and waits on");
            }
        }
        if (stuck) {
            return;
        }
        try {
            worker.closeIo();
        } catch (RuntimeException | Error e) {
            context.end().failed(Thread.currentThread().getName(), e);
        }
    }

    private void wakeAll() {
        for (Worker worker : workers) {
            try {
                // A task, because a worker that is about to sleep looks at its mailbox once more, and not at running.
                worker.post(NOTHING);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "cannot wake worker " + worker.id(), e);
            }
        }
    }

    /** Initializes all workers on the calling thread, which will step them. */
    public void initializeAll() {
        for (Worker worker : workers) {
            worker.initialize();
        }
    }

    /**
     * Ends the threads, and then frees the workers' memory. Not to be called by a worker. If a thread is stuck, returns
     * nevertheless, and frees nothing.
     */
    public void close() {
        if (!stop()) {
            return;
        }
        boolean threaded = areThreaded();
        for (Worker worker : workers) {
            // What nobody ran holds secrets and memory.
            worker.drainRequests();
        }
        for (Worker worker : workers) {
            if (!threaded) {
                worker.closeIo();
            }
            worker.close();
        }
    }

    /** Has {@link #close} free nothing, because another thread is stuck that may use the workers. */
    public void keepMemory() {
        stuck = true;
    }

    /** Whether the workers have, or had, threads. */
    public boolean areThreaded() {
        for (Thread thread : threads) {
            if (thread != null) {
                return true;
            }
        }
        return false;
    }

    /** Ends the threads; {@code false} if one does not end. */
    private boolean stop() {
        running = false;
        wakeAll();
        for (int i = 0; i < threads.length && !stuck; i++) {
            if (!ThreadEnd.await(threads[i])) {
                stuck = true;
                LOG.log(
                        Level.ERROR,
                        "{0} does not end; the memory and the sockets of the workers are not freed",
                        threads[i].getName());
                while (atWork.getCount() > 0) {
                    atWork.countDown();
                }
            }
        }
        return !stuck;
    }

    /**
     * Runs {@code task} for each worker on that worker's thread, and waits until all are done. If the workers have no
     * threads, or none any more, it runs on the calling thread. Callers are one at a time, as {@link #call}'s.
     *
     * <p>What the task throws for a worker is thrown here: it concerns the caller and not the worker.
     */
    public void callAll(Consumer<Worker> task) {
        WorkerCall call = new WorkerCall(task, workers.length);
        for (Worker worker : workers) {
            if (!post(worker, call.on(worker))) {
                break;
            }
        }
        for (int late = 0; running && !call.await(); ) {
            // A worker that has ended never runs it, and one that is stuck perhaps never.
            late += context.end().failure().isPresent() ? 1 : 0;
            if (late == LATE_STEPS) {
                throw new IllegalStateException("a worker does not turn, and the device has failed");
            }
        }
        if (!running && stopAndDrain()) {
            for (Worker worker : workers) {
                call.on(worker).run();
                worker.signal();
            }
        }
        call.finish();
    }

    /** Posts {@code task} to a worker. If the workers have no threads, it runs at once on the calling thread. */
    public void call(Worker worker, Runnable task) {
        if (!post(worker, task) && stopAndDrain()) {
            task.run();
            worker.signal();
        }
    }

    /**
     * Posts a task while the workers run; {@code false} if they do not, and the task was not posted. Waits for a place,
     * but not for one with a worker that may be stuck.
     */
    private boolean post(Worker worker, Runnable task) {
        while (running) {
            if (worker.post(task)) {
                return true;
            }
            if (context.end().failure().isPresent()) {
                throw new IllegalStateException("the mailbox of a worker is full, and the device has failed");
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /**
     * With threads that have ended or are about to: waits for their ends, and runs what was posted to them before.
     *
     * @return whether the calling thread may act for the workers
     */
    private boolean stopAndDrain() {
        if (!areThreaded()) {
            return true;
        }
        if (!stop()) {
            return false;
        }
        for (Worker worker : workers) {
            worker.drainRequests();
        }
        return true;
    }

    /** Show whether the workers' threads turn. */
    public List<Heartbeat> heartbeats() {
        return Stream.of(workers).map(worker -> worker.heartbeat).toList();
    }

    /** The packets dropped by all workers, by cause. Any thread. */
    public Map<DropCause, Long> drops() {
        Map<DropCause, Long> sums = new EnumMap<>(DropCause.class);
        for (DropCause cause : DropCause.values()) {
            sums.put(
                    cause,
                    Stream.of(workers)
                            .mapToLong(worker -> worker.drops.get(cause))
                            .sum());
        }
        return sums;
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
