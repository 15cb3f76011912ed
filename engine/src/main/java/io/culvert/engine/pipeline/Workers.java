package io.culvert.engine.pipeline;

import io.culvert.engine.device.Device;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * All workers of a device, and their threads. A simulation makes no threads: it {@linkplain Worker#doWork steps} the
 * workers itself.
 */
public final class Workers {
    private static final Logger LOG = System.getLogger(Workers.class.getName());

    private final Worker[] workers;
    private final Thread[] threads;
    /** How many may still work: each counts down when it is done, and closes its I/O when all are. */
    private final CountDownLatch atWork;

    private volatile boolean running;

    /** {@code count} workers, not yet running. */
    public Workers(Device device, int count) {
        workers = new Worker[count];
        threads = new Thread[count];
        atWork = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            workers[i] = new Worker(device, i, count);
        }
    }

    /** Opens all workers on threads of their own, waits until they are, and lets them work. */
    public void start(String name) {
        running = true;
        CountDownLatch opened = new CountDownLatch(workers.length);
        RuntimeException[] failure = new RuntimeException[1];
        for (int i = 0; i < workers.length; i++) {
            Worker worker = workers[i];
            threads[i] = new Thread(() -> run(worker, opened, failure), name + "-worker-" + i);
            threads[i].start();
        }
        await(opened);
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

    private void run(Worker worker, CountDownLatch opened, RuntimeException[] failure) {
        try {
            worker.open();
        } catch (RuntimeException e) {
            synchronized (failure) {
                failure[0] = e;
            }
            atWork.countDown();
            return;
        } finally {
            opened.countDown();
        }
        try {
            while (running) {
                if (worker.doWork() == 0) {
                    worker.park();
                }
            }
        } catch (RuntimeException | Error e) {
            // A worker that fails takes its peers' packets with it: better that the whole device ends, and says why.
            LOG.log(Level.ERROR, "worker " + worker.id() + " failed", e);
            running = false;
            worker.onTunGone();
        } finally {
            atWork.countDown();
            // A stolen train lies in the buffers of the worker it was stolen from.
            await(atWork);
            worker.closeIo();
        }
    }

    /** Opens all workers in the calling thread, which is going to step them. */
    public void openAll() {
        for (Worker worker : workers) {
            worker.open();
        }
    }

    /** Ends the threads, and frees what the workers hold once none of them can touch another's trains. Not for workers to call. */
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
     * Runs {@code task} for each worker on that worker's thread, and waits until all are done; at once, where it is
     * called, when the workers have no threads.
     */
    public void callAll(Consumer<Worker> task) {
        if (!running) {
            for (Worker worker : workers) {
                task.accept(worker);
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
                // A worker that ended meanwhile will not answer: look at running again.
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has one worker run {@code task} soon; at once, where it is called, when the workers have no threads. */
    public void call(Worker worker, Runnable task) {
        if (!running) {
            task.run();
            return;
        }
        while (running && !worker.post(task)) {
            Thread.onSpinWait();
        }
    }

    /** How many there are. */
    public int count() {
        return workers.length;
    }

    /** Worker {@code i}. */
    public Worker get(int i) {
        return workers[i];
    }

    /** Whether any train waits to be sealed or opened. */
    boolean anyWork() {
        for (Worker worker : workers) {
            if (worker.hasWork()) {
                return true;
            }
        }
        return false;
    }

    /** Wakes a sleeping worker other than {@code except}, if there is one. */
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
