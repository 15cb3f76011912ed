// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.ThreadEnd;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Limits;
import io.culvert.engine.message.Message;
import io.culvert.engine.pipeline.Heartbeat;
import io.culvert.engine.pipeline.Worker;
import io.culvert.natives.Memory;
import io.culvert.ring.WorkRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/**
 * The input of the handshake threads: messages from the network, and tasks of this device, such as initiations. A
 * handshake message costs a thousand times as much as a data message, so handshakes have threads of their own, and a
 * flood of them delays no data.
 *
 * <p>Producers: any thread. Consumers: the handshake threads, or a simulation by {@link #doWork()}. Tasks, initiations,
 * and answers to this device's own messages have a queue each, so that a flood of one cannot displace the others.
 * Messages that a worker received have one too: whether their senders need a cookie is not checked yet.
 */
public final class HandshakeQueue {
    private static final Logger LOG = System.getLogger(HandshakeQueue.class.getName());
    private static final int CAPACITY = Limits.MAX_QUEUED_INCOMING_HANDSHAKES;
    /** How long a thread works before it yields its CPU: one or two handshakes, or many refused messages. */
    private static final long YIELD_NANOS = 300_000;

    private final HandshakeProcessor processor;
    private final Clock clock;
    private final WorkRing<HandshakeMessage> answers = new WorkRing<>(CAPACITY);
    private final WorkRing<HandshakeMessage> initiations = new WorkRing<>(CAPACITY);
    private final WorkRing<HandshakeMessage> unchecked = new WorkRing<>(CAPACITY);
    /** Peers with {@link HandshakeExchange#takeTasks tasks}. A peer is here once at most, which bounds it. */
    private final ConcurrentLinkedQueue<Peer> tasks = new ConcurrentLinkedQueue<>();
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
    /** By worker, which alone uses it. */
    private final HandshakeFilter[] ofWorkers;

    /** Written by {@link #start}, read by {@link #stop}, which the owner calls in this order. */
    private final Thread[] threads;

    private final List<Heartbeat> heartbeats;
    /** Written by {@link #start} and {@link #stop}, read by the handshake threads. */
    private volatile boolean running;

    HandshakeQueue(Device device, int threadCount) {
        this.device = device;
        processor = new HandshakeProcessor(device);
        clock = device.platform().clock();
        threads = new Thread[threadCount];
        heartbeats = IntStream.range(0, threadCount)
                .mapToObj(i -> new Heartbeat("handshake-" + i, null))
                .toList();
        filters = filters(threadCount);
        ofWorkers = filters(device.platform().tun().queues());
    }

    private HandshakeFilter[] filters(int count) {
        HandshakeFilter[] made = new HandshakeFilter[count];
        Arrays.setAll(made, i -> new HandshakeFilter(device));
        return made;
    }

    /** Starts the threads. */
    void start(String name) {
        running = true;
        for (int i = 0; i < threads.length; i++) {
            HandshakeFilter filter = filters[i];
            Heartbeat heartbeat = heartbeats.get(i);
            threads[i] = new Thread(() -> run(filter, heartbeat), name + "-handshake-" + i);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    private void run(HandshakeFilter filter, Heartbeat heartbeat) {
        try {
            heartbeat.begin();
            device.platform().scheduleForHandshakes();
            long yielded = clock.nanos();
            while (running) {
                heartbeat.asleep();
                pending.acquireUninterruptibly();
                heartbeat.atWork();
                while (doWork(filter) == 0 && running) {
                    // An unfinished offer hides finished ones behind it. Keep the permit and retry: a permit given up
                    // here would leave one entry without a permit for good.
                    Thread.yield();
                }
                heartbeat.atWork();
                // A worker that woke up meanwhile does not preempt this thread before the next tick.
                long now = clock.nanos();
                if (now - yielded >= YIELD_NANOS) {
                    Thread.yield();
                    yielded = now;
                }
            }
        } catch (RuntimeException | Error e) {
            device.end().failed(Thread.currentThread().getName(), e);
        } finally {
            heartbeat.asleep();
        }
    }

    /** Show whether the threads turn. */
    List<Heartbeat> heartbeats() {
        return heartbeats;
    }

    /** Processes one entry; returns the number processed, 0 or 1. For a simulation. */
    public int doWork() {
        return doWork(filters[0]);
    }

    private int doWork(HandshakeFilter filter) {
        Peer asking = tasks.poll();
        if (asking != null) {
            processor.runTasks(asking);
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
        for (HandshakeFilter filter : ofWorkers) {
            sum += filter.outcomes().get(outcome);
        }
        return sum;
    }

    /** The number of queued entries; approximate while other threads use the queue. */
    int size() {
        return tasks.size() + answers.size() + initiations.size() + unchecked.size();
    }

    /**
     * Enqueues a copy of a handshake message that a worker received, whose length the caller has checked. One that is
     * not for this device, because its receiver index or its mac1 is wrong, is refused and counted here: it would take
     * the place of another. Load and cookie are left to the handshake threads.
     *
     * @param worker the worker that received it, on whose thread this is called; it also sends a cookie reply
     * @return {@code false} when the queue is full; then nothing was copied
     */
    public boolean offer(Worker worker, long message, int length, UdpEndpoint from) {
        return !ofWorkers[worker.id()].isForThisDevice(message, length, from, worker.now())
                || offer(unchecked, worker, message, length, from);
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

    /** Has an initiation created, which the peer's home then sends. The home. */
    void initiate(Peer peer) {
        if (peer.askForInitiation()) {
            enqueue(peer);
        }
    }

    /** Has a peer's handshake forgotten. The home. */
    void clear(Peer peer) {
        if (peer.askForErasure()) {
            enqueue(peer);
        }
    }

    private void enqueue(Peer peer) {
        tasks.add(peer);
        pending.release();
    }

    /** Runs a change of the private key or the set of peers while no handshake is processed. */
    void exclusively(Runnable change) {
        processor.exclusively(change);
    }

    /** Ends the threads, and waits until they have ended; {@code false} if one does not end. */
    boolean stop() {
        if (!running) {
            return true;
        }
        running = false;
        pending.release(threads.length);
        boolean ended = true;
        for (Thread thread : threads) {
            if (!ThreadEnd.await(thread)) {
                LOG.log(Level.ERROR, "{0} does not end; its memory is not freed", thread.getName());
                ended = false;
            }
        }
        return ended;
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
        for (HandshakeFilter filter : ofWorkers) {
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
