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
 * What waits for the handshake threads: messages from the network, and our own wishes. Handshakes are a thousand times as
 * dear as data messages, so they have threads of their own, and a flood of them delays no data.
 *
 * <p>Producers: any thread. Consumers: the handshake threads, or a simulation by {@link #doWork}. The two queues are apart so
 * that a flood from outside cannot crowd out what we want ourselves.
 */
public final class HandshakeQueue {
    private static final Logger LOG = System.getLogger(HandshakeQueue.class.getName());
    private static final int OWN_CAPACITY = 1 << 16;

    private final HandshakeProcessor processor;
    private final Clock clock;
    private final WorkRing<HandshakeMessage> incoming = new WorkRing<>(Limits.MAX_QUEUED_INCOMING_HANDSHAKES);
    private final WorkRing<Runnable> own = new WorkRing<>(OWN_CAPACITY);
    /** As many permits as there are entries that nobody is at; more only at the end. */
    private final Semaphore pending = new Semaphore(0);
    /** When the queue was last too long; written and read by any thread, and a little staleness does no harm. */
    private final AtomicLong lastUnderLoad = new AtomicLong(Long.MIN_VALUE);

    private final Thread[] threads;
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
                    // An offer that is not finished hides those behind it. To give the permit up for that would leave
                    // one entry without a permit, for good.
                    Thread.yield();
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a handshake failed in a way it should not", e);
            }
        }
    }

    /** Takes one entry, if there is one; 0 when there was none. */
    public int doWork() {
        Runnable task = own.poll();
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

    /** How much waits: a hint. */
    int waiting() {
        return own.size() + incoming.size();
    }

    /** Under load is: an eighth full, now or within the last second. */
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
     * Takes a copy of a handshake message of the right length.
     *
     * @param worker that received it, and through which a cookie reply goes back
     * @return {@code false} when too many wait
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

    /** Has an initiation made for a peer. */
    void initiate(Peer peer) {
        execute(() -> processor.initiate(peer));
    }

    /** Has a peer's handshake forgotten. */
    void clear(Peer peer) {
        execute(() -> processor.clear(peer));
    }

    /** Runs {@code change}, which changes what handshakes depend on, while none is being processed. */
    void exclusively(Runnable change) {
        processor.exclusively(change);
    }

    private void execute(Runnable task) {
        if (own.offer(task)) {
            pending.release();
        } else {
            LOG.log(Level.WARNING, "too many handshakes wait; one was given up");
        }
    }

    /** Ends the threads. */
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

    /** Runs what is left in the caller's thread, after the threads ended. */
    void drain() {
        while (doWork() > 0) {
            // each call takes one entry
        }
    }

    /**
     * A message from the network.
     *
     * @param bytes of a handshake message's length
     * @param from who sent it
     * @param worker that received it
     */
    record HandshakeMessage(byte[] bytes, UdpEndpoint from, Worker worker) {}
}
