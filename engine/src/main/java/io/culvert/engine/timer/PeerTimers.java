// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import static io.culvert.engine.message.Limits.KEEPALIVE_TIMEOUT;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT_JITTER_MAX;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The timers of one peer. The event methods are named as in the kernel's timers.c and are called once for each train.
 * {@code now} is the current {@link io.culvert.engine.io.Clock#nanos}.
 *
 * <p>Each timer is a deadline. The wheel holds at most one entry for a peer, at the earliest deadline or before.
 * Traffic postpones and cancels deadlines all the time; that does not touch the wheel: its entry expires, finds no
 * deadline passed, and is scheduled again.
 *
 * <p>Threads: the peer's home, which alone uses the wheel; and for events that say so, any worker that commits a train.
 * A deadline is one word, written by all of them (volatile). Two events at once leave it as one after the other would.
 * A worker first writes a deadline and then reads {@code scheduled}; the home first takes {@code scheduled} back and
 * then reads the deadlines. So one of them sees what the other wrote (Dekker's algorithm), and none is forgotten.
 */
public final class PeerTimers {
    /** The actions of the timers. Called on the home's thread. */
    public interface Events {
        /** The initiation was not answered. */
        void onRetransmitHandshake(long now);

        /** Data was received, and nothing was sent for KEEPALIVE_TIMEOUT. */
        void onSendKeepalive(long now);

        /** Data was sent, and nothing was received: the peer may have lost the session. */
        void onNewHandshake(long now);

        /** No session was derived for three times REJECT_AFTER_TIME: the keys are to be zeroed. */
        void onZeroKeyMaterial(long now);

        /** No packet passed for the persistent keepalive interval. */
        void onPersistentKeepalive(long now);
    }

    private static final int RETRANSMIT_HANDSHAKE = 0;
    private static final int SEND_KEEPALIVE = 1;
    private static final int NEW_HANDSHAKE = 2;
    private static final int ZERO_KEY_MATERIAL = 3;
    private static final int PERSISTENT_KEEPALIVE = 4;
    private static final int TIMERS = 5;

    private static final long SECOND = 1_000_000_000L;
    private static final VarHandle DEADLINE =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();

    private final Events events;
    private final TimerWheel wheel;
    /** Written once, under this monitor, when a timer is armed first; {@code null} means that all are off. Volatile. */
    private volatile long[] deadlines;
    /** Written by the home, read by any worker. Volatile. */
    private volatile long scheduled = TimerWheel.OFF;
    // Written by the home, read by any worker. Volatile, because no other fence orders them.
    private volatile boolean active;
    private volatile int persistentKeepaliveSeconds;
    /** Of the session, in nanoseconds: below a third of a second. */
    private volatile int newHandshakeJitter;
    /** Set by any worker, cleared by the home. Volatile. */
    private volatile boolean needAnotherKeepalive;

    // Of the wheel.
    PeerTimers next;
    PeerTimers previous;
    int slot;

    /** Timers that are all off, and inactive until {@link #start}. */
    public PeerTimers(Events events, TimerWheel wheel) {
        this.events = events;
        this.wheel = wheel;
    }

    /** Allocates what timers need, before the peer's first keypair is published; an idle peer needs nothing. */
    public synchronized void prepare() {
        if (deadlines == null) {
            long[] off = new long[TIMERS];
            Arrays.fill(off, TimerWheel.OFF);
            deadlines = off;
        }
    }

    private long deadline(int timer) {
        long[] array = deadlines;
        return array == null ? TimerWheel.OFF : (long) DEADLINE.getVolatile(array, timer);
    }

    private void set(int timer, long deadline) {
        if (deadlines == null) {
            prepare();
        }
        DEADLINE.setVolatile(deadlines, timer, deadline);
    }

    private void clear() {
        for (int timer = 0; timer < TIMERS && deadlines != null; timer++) {
            set(timer, TimerWheel.OFF);
        }
    }

    /** Allows timers to be armed: the interface is up. The home. */
    public void start() {
        active = true;
    }

    /** Cancels all timers, and arms none until {@link #start}. The home. */
    public void stop() {
        active = false;
        needAnotherKeepalive = false;
        // In this order: a worker that arms a timer after it was cleared finds that none is scheduled.
        unschedule();
        clear();
    }

    /** Sets the persistent keepalive interval in seconds; 0 turns it off. The home. */
    public void setPersistentKeepalive(int seconds) {
        persistentKeepaliveSeconds = seconds;
        if (seconds == 0) {
            cancel(PERSISTENT_KEEPALIVE);
        }
    }

    /**
     * At least one packet with data was sent. Any worker.
     *
     * @return whether the home must {@link #schedule}
     */
    public boolean dataSent(long now) {
        return isOff(NEW_HANDSHAKE) && arm(NEW_HANDSHAKE, now + KEEPALIVE_TIMEOUT + REKEY_TIMEOUT + newHandshakeJitter);
    }

    /**
     * At least one packet with data was received. Any worker.
     *
     * @return whether the home must {@link #schedule}
     */
    public boolean dataReceived(long now) {
        if (isOff(SEND_KEEPALIVE)) {
            return arm(SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT);
        }
        if (!needAnotherKeepalive) {
            needAnotherKeepalive = true;
        }
        return false;
    }

    /** A packet was sent: data, a keepalive or a handshake message. Any worker. */
    public void anyAuthenticatedPacketSent() {
        cancel(SEND_KEEPALIVE);
    }

    /** An authentic packet was received. Any worker. */
    public void anyAuthenticatedPacketReceived() {
        cancel(NEW_HANDSHAKE);
    }

    /**
     * An authentic packet was sent or received. Any worker.
     *
     * @return whether the home must {@link #schedule}
     */
    public boolean anyAuthenticatedPacketTraversal(long now) {
        long seconds = persistentKeepaliveSeconds;
        return seconds != 0 && arm(PERSISTENT_KEEPALIVE, now + seconds * SECOND);
    }

    /** An initiation was sent. The home. */
    public void handshakeInitiated(long now) {
        arm(RETRANSMIT_HANDSHAKE, now + REKEY_TIMEOUT + wheel.jitter(REKEY_TIMEOUT_JITTER_MAX));
        schedule(now);
    }

    /** A handshake was completed. The home. */
    public void handshakeComplete() {
        cancel(RETRANSMIT_HANDSHAKE);
    }

    /** The keys of a session were derived. The home. */
    public void sessionDerived(long now) {
        drawJitter();
        armZeroKeyMaterial(now);
    }

    /** The handshake is given up: arms the timer that zeroes the keys, unless it is armed. The home. */
    public void handshakeGivenUp(long now) {
        cancel(SEND_KEEPALIVE);
        if (isOff(ZERO_KEY_MATERIAL)) {
            armZeroKeyMaterial(now);
        }
    }

    /** The keys were zeroed, so their timer must not zero those of a later session. The home. */
    public void keysForgotten() {
        cancel(ZERO_KEY_MATERIAL);
    }

    private void armZeroKeyMaterial(long now) {
        arm(ZERO_KEY_MATERIAL, now + 3 * REJECT_AFTER_TIME);
        schedule(now);
    }

    private boolean isOff(int timer) {
        long[] array = deadlines;
        return array == null || (long) DEADLINE.getOpaque(array, timer) == TimerWheel.OFF;
    }

    private void cancel(int timer) {
        if (!isOff(timer)) {
            set(timer, TimerWheel.OFF);
        }
    }

    /** Sets a deadline; returns whether the wheel's entry is later. */
    private boolean arm(int timer, long deadline) {
        if (!active) {
            return false;
        }
        set(timer, deadline);
        return deadline < scheduled;
    }

    /** Schedules the wheel's entry at the earliest deadline, unless it is before that. The home. */
    public void schedule(long now) {
        if (!active) {
            // A worker armed a timer while the peer was stopped.
            clear();
            return;
        }
        long next = TimerWheel.OFF;
        for (int timer = 0; timer < TIMERS; timer++) {
            next = Math.min(next, deadline(timer));
        }
        if (next < scheduled) {
            unschedule();
            wheel.schedule(this, next, now);
            scheduled = next;
        }
    }

    private void unschedule() {
        if (scheduled != TimerWheel.OFF) {
            wheel.cancel(this);
            scheduled = TimerWheel.OFF;
        }
    }

    /** The deadline of the wheel's entry. The home. */
    long scheduled() {
        return scheduled;
    }

    /** The wheel has removed its expired entry. */
    void unscheduled() {
        scheduled = TimerWheel.OFF;
    }

    /** Runs the expired timers, and schedules the wheel's next entry. The home. */
    void expire(long now) {
        for (int timer = 0; timer < TIMERS; timer++) {
            long deadline = deadline(timer);
            // Not if an event postpones it meanwhile.
            if (deadline <= now && DEADLINE.compareAndSet(deadlines, timer, deadline, TimerWheel.OFF)) {
                fire(timer, now);
            }
        }
        schedule(now);
    }

    /** The jitter of a session's timers for a new handshake: only the home may use the wheel's random numbers. */
    private void drawJitter() {
        newHandshakeJitter = (int) wheel.jitter(REKEY_TIMEOUT_JITTER_MAX);
    }

    private void fire(int timer, long now) {
        switch (timer) {
            case RETRANSMIT_HANDSHAKE -> events.onRetransmitHandshake(now);
            case SEND_KEEPALIVE -> sendKeepalive(now);
            case NEW_HANDSHAKE -> events.onNewHandshake(now);
            case ZERO_KEY_MATERIAL -> events.onZeroKeyMaterial(now);
            default -> events.onPersistentKeepalive(now);
        }
    }

    private void sendKeepalive(long now) {
        events.onSendKeepalive(now);
        if (needAnotherKeepalive) {
            needAnotherKeepalive = false;
            arm(SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT);
        }
    }
}
