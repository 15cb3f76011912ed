// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Limits;
import io.culvert.engine.message.Message;
import io.culvert.engine.pipeline.Worker;
import io.culvert.natives.Memory;
import io.culvert.ring.WorkRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;

/**
 * The input of the handshake threads: messages from the network, and tasks of this device, such as initiations. A
 * handshake message costs a thousand times as much as a data message, so handshakes have threads of their own, and a
 * flood of them delays no data.
 *
 * <p>Producers: any thread. Consumers: the handshake threads, or a simulation by {@link #doWork()}. Tasks, initiations,
 * and answers to this device's own messages have a queue each, so that a flood of one cannot displace the others.
 * Messages that a worker received have one too: they are not checked yet.
 */
public final class HandshakeQueue {
    private static final Logger LOG = System.getLogger(HandshakeQueue.class.getName());
    private static final int CAPACITY = Limits.MAX_QUEUED_INCOMING_HANDSHAKES;
    /** How long a thread works before it yields its CPU: one or two handshakes, or many refused messages. */
    private static final long YIELD_NANOS = 300_000;

    private static final int TASK_CAPACITY = 1 << 16;

    private final HandshakeProcessor processor;
    private final Clock clock;
    private final WorkRing<HandshakeMessage> answers = new WorkRing<>(CAPACITY);
    private final WorkRing<HandshakeMessage> initiations = new WorkRing<>(CAPACITY);
    private final WorkRing<HandshakeMessage> unchecked = new WorkRing<>(CAPACITY);
    private final WorkRing<Runnable> tasks = new WorkRing<>(TASK_CAPACITY);
    /**
     * One permit for each entry that no thread has begun to take. A producer releases it after the entry; stop releases
     * more.
     */
    private final Semaphore pending = new Semaphore(0);

    private final HandshakeLoad answerLoad = new HandshakeLoad();
    private final HandshakeLoad initiationLoad = new HandshakeLoad();

    private final Device device;
    /** Of each thread; a simulation and {@link #drain} use the first. */
    private final HandshakeFilter[] filters;

    /** Written by {@link #start}, read by {@link #stop}, which the owner calls in this order. */
    private final Thread[] threads;
    /** Written by {@link #start} and {@link #stop}, read by the handshake threads. */
    private volatile boolean running;

    HandshakeQueue(Device device, int threadCount) {
        this.device = device;
        processor = new HandshakeProcessor(device);
        clock = device.platform().clock();
        threads = new Thread[threadCount];
        filters = new HandshakeFilter[threadCount];
        for (int i = 0; i < threadCount; i++) {
            filters[i] = new HandshakeFilter(device);
        }
    }

    /** Starts the threads. */
    void start(String name) {
        running = true;
        for (int i = 0; i < threads.length; i++) {
            HandshakeFilter filter = filters[i];
            threads[i] = new Thread(() -> run(filter), name + "-handshake-" + i);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    private void run(HandshakeFilter filter) {
        device.platform().scheduleForHandshakes();
        long yielded = clock.nanos();
        while (running) {
            pending.acquireUninterruptibly();
            try {
                while (doWork(filter) == 0 && running) {
                    // An unfinished offer hides finished ones behind it. Keep the permit and retry: a permit given up
                    // here would leave one entry without a permit for good.
                    Thread.yield();
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "internal error in handshake processing; the message or task is dropped", e);
            }
            // A worker that woke up meanwhile does not preempt this thread before the next tick.
            long now = clock.nanos();
            if (now - yielded >= YIELD_NANOS) {
                Thread.yield();
                yielded = now;
            }
        }
    }

    /** Processes one entry; returns the number processed, 0 or 1. For a simulation. */
    public int doWork() {
        return doWork(filters[0]);
    }

    private int doWork(HandshakeFilter filter) {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
            return 1;
        }
        HandshakeMessage message = answers.poll();
        if (message == null) {
            message = initiations.poll();
        }
        if (message != null) {
            processor.process(message);
            return 1;
        }
        int waiting = unchecked.size();
        message = unchecked.poll();
        if (message == null) {
            return 0;
        }
        boolean initiation = message.bytes()[0] == Message.HANDSHAKE_INITIATION;
        HandshakeLoad load = initiation ? initiationLoad : answerLoad;
        boolean underLoad = load.isUnderLoad(waiting + (initiation ? initiations : answers).size(), clock.nanos());
        processor.check(message, filter, underLoad, load);
        return 1;
    }

    /** Whether the sender of a message must have a cookie. */
    boolean isUnderLoad(long message, int length, long now) {
        boolean initiation = length == HandshakeInitiation.BYTES;
        return (initiation ? initiationLoad : answerLoad).isUnderLoad((initiation ? initiations : answers).size(), now);
    }

    /** The load by initiations. */
    HandshakeLoad initiationLoad() {
        return initiationLoad;
    }

    /** How often the handshake threads came to an outcome about messages that workers received. */
    long outcomes(HandshakeOutcome outcome) {
        long sum = 0;
        for (HandshakeFilter filter : filters) {
            sum += filter.outcomes().get(outcome);
        }
        return sum;
    }

    /** The number of queued entries; approximate while other threads use the queue. */
    int size() {
        return tasks.size() + answers.size() + initiations.size() + unchecked.size();
    }

    /**
     * Enqueues a copy of a handshake message that a worker received, whose length the caller has checked. Any worker.
     *
     * @param worker the worker that received it, which also sends a cookie reply
     * @return {@code false} when the queue is full; then nothing was copied
     */
    public boolean offer(Worker worker, long message, int length, UdpEndpoint from) {
        return offer(unchecked, worker, message, length, from);
    }

    /** Enqueues a copy of a message that a {@link HandshakeFilter} accepted; {@code false} when the queue is full. */
    boolean offerChecked(long message, int length, UdpEndpoint from) {
        return offer(length == HandshakeInitiation.BYTES ? initiations : answers, null, message, length, from);
    }

    private boolean offer(WorkRing<HandshakeMessage> ring, Worker worker, long message, int length, UdpEndpoint from) {
        if (ring.size() >= CAPACITY) {
            return false;
        }
        byte[] copy = new byte[length];
        Memory.copy(message, copy, 0, length);
        UdpEndpoint sender = new UdpEndpoint();
        sender.copyFrom(from);
        if (!ring.offer(new HandshakeMessage(copy, sender, worker))) {
            return false;
        }
        pending.release();
        return true;
    }

    /** Enqueues a task that creates an initiation and has the peer's home send it. */
    void initiate(Peer peer) {
        if (!offer(() -> processor.initiate(peer))) {
            LOG.log(
                    Level.WARNING,
                    "the queue of handshake tasks is full ({0}): an initiation is dropped",
                    TASK_CAPACITY);
        }
    }

    /** Enqueues a task that forgets a peer's handshake. */
    void clear(Peer peer) {
        if (!offer(() -> processor.clear(peer))) {
            // Secrets must not stay because a queue is full: better that this thread waits for a handshake.
            processor.clear(peer);
        }
    }

    /** Runs a change of the private key or the set of peers while no handshake is processed. */
    void exclusively(Runnable change) {
        processor.exclusively(change);
    }

    private boolean offer(Runnable task) {
        boolean offered = tasks.offer(task);
        if (offered) {
            pending.release();
        }
        return offered;
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

    /** Frees the memory, after {@link #drain}. */
    void close() {
        for (HandshakeFilter filter : filters) {
            filter.close();
        }
    }

    /**
     * A message from the network.
     *
     * @param bytes the message
     * @param from the sender
     * @param worker the worker that received it; {@code null} if the reader did
     */
    record HandshakeMessage(byte[] bytes, UdpEndpoint from, Worker worker) {}
}
