// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.Limits;
import io.culvert.engine.pipeline.Worker;
import io.culvert.natives.Memory;
import io.culvert.ring.WorkRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The input of the handshake threads: messages from the network, and tasks of this device, such as initiations. A
 * handshake message costs a thousand times as much as a data message, so handshakes have threads of their own, and a
 * flood of them delays no data.
 *
 * <p>Producers: any thread. Consumers: the handshake threads, or a simulation by {@link #doWork}. Tasks have a queue of
 * their own, so that a flood of messages cannot displace them.
 */
public final class HandshakeQueue {
    private static final Logger LOG = System.getLogger(HandshakeQueue.class.getName());
    private static final int TASK_CAPACITY = 1 << 16;

    private final HandshakeProcessor processor;
    private final Clock clock;
    private final WorkRing<HandshakeMessage> incoming = new WorkRing<>(Limits.MAX_QUEUED_INCOMING_HANDSHAKES);
    private final WorkRing<Runnable> tasks = new WorkRing<>(TASK_CAPACITY);
    /**
     * One permit for each entry that no thread has begun to take. A producer releases it after the entry; stop releases
     * more.
     */
    private final Semaphore pending = new Semaphore(0);
    /**
     * The time of the last overload. Handshake threads write and read it without order: a stale value only shifts the
     * time.
     */
    private final AtomicLong lastUnderLoad = new AtomicLong(Long.MIN_VALUE);

    /** Written by {@link #start}, read by {@link #stop}, which the owner calls in this order. */
    private final Thread[] threads;
    /** Written by {@link #start} and {@link #stop}, read by the handshake threads. */
    private volatile boolean running;

    HandshakeQueue(Device device, int threadCount) {
        processor = new HandshakeProcessor(device);
        clock = device.platform().clock();
        threads = new Thread[threadCount];
    }

    /** Starts the threads. */
    void start(String name) {
        running = true;
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(this::run, name + "-handshake-" + i);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    private void run() {
        while (running) {
            pending.acquireUninterruptibly();
            try {
                while (doWork() == 0 && running) {
                    // An unfinished offer hides finished ones behind it. Keep the permit and retry: a permit given up
                    // here would leave one entry without a permit for good.
                    Thread.yield();
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "internal error in handshake processing; the message or task is dropped", e);
            }
        }
    }

    /** Processes one entry; returns the number processed, 0 or 1. */
    public int doWork() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
            return 1;
        }
        boolean underLoad = isUnderLoad();
        HandshakeMessage message = incoming.poll();
        if (message == null) {
            return 0;
        }
        processor.process(message, underLoad);
        return 1;
    }

    /** The number of queued entries; approximate while other threads use the queue. */
    int size() {
        return tasks.size() + incoming.size();
    }

    /** Under load means: the queue is an eighth full, or was within the last second. */
    private boolean isUnderLoad() {
        long now = clock.nanos();
        if (incoming.size() >= Limits.MAX_QUEUED_INCOMING_HANDSHAKES / 8) {
            lastUnderLoad.setOpaque(now);
            return true;
        }
        long last = lastUnderLoad.getOpaque();
        return last != Long.MIN_VALUE && now - last < 1_000_000_000L;
    }

    /**
     * Enqueues a copy of a handshake message, whose length the caller has checked.
     *
     * @param worker the worker that received it, which also sends a cookie reply
     * @return {@code false} when the queue is full
     */
    public boolean offer(Worker worker, long message, int length, UdpEndpoint from) {
        byte[] copy = new byte[length];
        Memory.copy(message, copy, 0, length);
        UdpEndpoint sender = new UdpEndpoint();
        sender.copyFrom(from);
        if (!incoming.offer(new HandshakeMessage(copy, sender, worker))) {
            return false;
        }
        pending.release();
        return true;
    }

    /** Enqueues a task that creates an initiation and has the peer's home send it. */
    void initiate(Peer peer) {
        execute(() -> processor.initiate(peer));
    }

    /** Enqueues a task that forgets a peer's handshake. */
    void clear(Peer peer) {
        execute(() -> processor.clear(peer));
    }

    /** Runs a change of the private key or the set of peers while no handshake is processed. */
    void exclusively(Runnable change) {
        processor.exclusively(change);
    }

    private void execute(Runnable task) {
        if (tasks.offer(task)) {
            pending.release();
        } else {
            LOG.log(
                    Level.WARNING,
                    "the queue of handshake tasks is full ({0}): an initiation or key erasure is dropped",
                    TASK_CAPACITY);
        }
    }

    /** Ends the threads, and waits until they have ended. */
    void stop() {
        if (!running) {
            return;
        }
        running = false;
        pending.release(threads.length);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Processes the remaining entries on the caller's thread, after the threads ended. */
    void drain() {
        while (doWork() > 0) {
            // Each call takes one entry.
        }
    }

    /**
     * A message from the network.
     *
     * @param bytes the message
     * @param from the sender
     * @param worker the worker that received it
     */
    record HandshakeMessage(byte[] bytes, UdpEndpoint from, Worker worker) {}
}
