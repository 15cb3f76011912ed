// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.ThreadEnd;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.pipeline.Heartbeat;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The thread that reads the sockets of handshake messages. It refuses what is not worth a handshake, answers with
 * cookies on the spot, and gives the rest to the {@link HandshakeQueue}. A flood costs only this thread's share of the
 * CPUs; what it cannot read the kernel drops from a small buffer.
 *
 * <p>Another thread attaches ports and ends it. {@code pending} and {@code port} are guarded by this; {@code pending}
 * is volatile so that the reader looks at it without the lock.
 */
final class HandshakeReader implements HandshakeIo.Sink {
    private static final Logger LOG = System.getLogger(HandshakeReader.class.getName());

    /** Longest wait for the thread to change its port, many times as long as the longest batch. */
    private static final int ATTACH_SECONDS = 10;

    private static final long MILLIS = 1000;

    private final Device device;
    private final HandshakeIo io;
    private final HandshakeQueue queue;
    private final HandshakeFilter filter;
    private final CookieBudget budget = new CookieBudget();
    private final Clock clock;
    private final Thread thread;
    private final Heartbeat heartbeat;

    private UdpPort port;
    private volatile boolean pending;
    /** Written by {@link #start}, {@link #stop} and a reader that fails; read by the reader and {@link #attach}. */
    private volatile boolean running;

    // Of the present batch.
    private long now;
    /** Initiations without a cookie. */
    private int asked;

    /** A reader that does not run yet; it owns {@code io}. */
    HandshakeReader(Device device, HandshakeIo io, HandshakeQueue queue) {
        this.device = device;
        this.io = io;
        this.queue = queue;
        filter = new HandshakeFilter(device);
        clock = device.platform().clock();
        thread = new Thread(this::run, device.name() + "-handshake-reader");
        thread.setDaemon(true);
        heartbeat = new Heartbeat("handshake-reader", io::wake);
    }

    /** Shows whether the thread turns. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    void start() {
        running = true;
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            // The system has no place for another thread.
            running = false;
            throw e;
        }
    }

    /** How often each outcome occurred. Any thread. */
    Counters<HandshakeOutcome> outcomes() {
        return filter.outcomes();
    }

    private void run() {
        try {
            heartbeat.begin();
            device.platform().scheduleForHandshakes();
            while (running) {
                heartbeat.atWork();
                if (pending) {
                    attachPending();
                }
                if (readBatch() == 0) {
                    heartbeat.asleep();
                    io.await();
                } else {
                    // A worker that woke up meanwhile does not preempt this thread before the next tick.
                    Thread.yield();
                }
            }
        } catch (RuntimeException | Error e) {
            device.end().failed(thread.getName(), e);
        } finally {
            heartbeat.asleep();
            synchronized (this) {
                running = false;
                notifyAll();
            }
        }
    }

    private int readBatch() {
        now = clock.nanos();
        asked = 0;
        int received = io.receive(this);
        budget.received(received >= io.batch());
        if (asked > 0) {
            queue.initiationLoad().asked(asked, now);
        }
        io.flush();
        return received;
    }

    @Override
    public void onMessages(long address, int length, int segment, UdpEndpoint from) {
        int at = 0;
        do {
            message(address + at, Math.min(segment, length - at), from);
            at += segment;
        } while (at < length);
    }

    private void message(long message, int length, UdpEndpoint from) {
        boolean underLoad = queue.isUnderLoad(message, length, now);
        switch (filter.check(message, length, from, underLoad, now)) {
            case ACCEPT ->
                filter.count(
                        queue.offerChecked(message, length, from)
                                ? HandshakeOutcome.ACCEPTED
                                : HandshakeOutcome.OVERLOAD);
            case ASK_FOR_COOKIE -> askForCookie(message, length, from);
            default -> {
                // REFUSE: the filter has counted it.
            }
        }
    }

    private void askForCookie(long message, int length, UdpEndpoint from) {
        asked += length == HandshakeInitiation.BYTES ? 1 : 0;
        if (!budget.take()) {
            filter.count(HandshakeOutcome.OVERLOAD);
            return;
        }
        long reply = filter.cookieReply(message, length, from, now);
        if (reply != 0) {
            io.reply(reply, CookieReply.BYTES, from);
        }
    }

    /**
     * Reads from a port, or from none ({@code null}), from the return on; the previous port may then be closed. One
     * thread at a time.
     *
     * @throws IllegalStateException when the thread does not turn; then it may still read from the previous port
     */
    void attach(UdpPort newPort) {
        synchronized (this) {
            port = newPort;
            pending = true;
            io.wake();
            boolean interrupted = false;
            for (int seconds = 0; pending && running; seconds++) {
                if (seconds == ATTACH_SECONDS) {
                    throw new IllegalStateException(thread.getName() + " does not turn: it has not changed its port");
                }
                try {
                    wait(MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void attachPending() {
        io.attach(port);
        pending = false;
        notifyAll();
    }

    /** Ends the thread, and waits until it has ended; if it does not end, its memory is not freed. */
    void stop() {
        running = false;
        io.wake();
        if (!ThreadEnd.await(thread)) {
            LOG.log(Level.ERROR, "{0} does not end; its memory and its sockets are not freed", thread.getName());
            return;
        }
        io.close();
        filter.close();
    }
}
