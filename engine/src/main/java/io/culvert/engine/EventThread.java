// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.ring.Mailbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Calls a listener on a thread of its own. Producers: any thread, none of which waits. */
final class EventThread implements DeviceListener {
    private static final Logger LOG = System.getLogger(EventThread.class.getName());
    private static final int CAPACITY = 8192;

    private final TunnelListener listener;
    private final Mailbox<Runnable> events = new Mailbox<>(CAPACITY);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    /** Set once, by any thread, after which the thread empties the queue and ends. */
    private final AtomicReference<Runnable> lastEvent = new AtomicReference<>();

    EventThread(String name, TunnelListener listener) {
        this.listener = listener;
        thread = Thread.ofPlatform().daemon().name("culvert-events-" + name).start(this::run);
    }

    @Override
    public void sessionBegan(io.culvert.engine.noise.PublicKey peer, boolean initiator, boolean rekey, long nanos) {
        post(() -> listener.handshakeCompleted(new PublicKey(peer)));
    }

    @Override
    public void roamed(io.culvert.engine.noise.PublicKey peer, UdpEndpoint from, UdpEndpoint to) {
        post(() -> listener.peerRoamed(new PublicKey(peer), from.toSocketAddress(), to.toSocketAddress()));
    }

    @Override
    public void sessionExpired(io.culvert.engine.noise.PublicKey peer) {
        post(() -> listener.sessionExpired(new PublicKey(peer)));
    }

    @Override
    public void handshakeFailed(HandshakeFailure why, io.culvert.engine.noise.PublicKey peer) {
        if (why == HandshakeFailure.GIVEN_UP) {
            post(() -> listener.peerUnreachable(new PublicKey(peer)));
        }
    }

    TunnelListener listener() {
        return listener;
    }

    private void post(Runnable event) {
        if (!events.offer(event)) {
            lost.incrementAndGet();
        }
        LockSupport.unpark(thread);
    }

    /** Ends the thread after the events so far, and an action, for which there is always room. Any thread. */
    void end(Runnable last) {
        lastEvent.compareAndSet(null, last);
        LockSupport.unpark(thread);
    }

    private void run() {
        while (true) {
            Runnable last = lastEvent.get();
            Runnable event = events.poll();
            if (event != null) {
                call(event);
            } else if (last != null) {
                call(last);
                return;
            } else {
                long missed = lost.getAndSet(0);
                if (missed > 0) {
                    LOG.log(Level.WARNING, "a listener of a tunnel was too slow: it missed {0} events", missed);
                }
                LockSupport.park(this);
            }
        }
    }

    private static void call(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a listener of a tunnel failed", e);
        }
    }
}
