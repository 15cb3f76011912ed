// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import static io.culvert.engine.message.Limits.KEEPALIVE_TIMEOUT;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT_JITTER_MAX;

import java.util.Arrays;

/**
 * The timers of one peer; confined to the thread of the peer's home. The event methods are named as in the kernel's
 * timers.c and are called once for each train. {@code now} is the current {@link io.culvert.engine.io.Clock#nanos}.
 *
 * <p>Each timer is a deadline. The wheel holds at most one entry for a peer, at the earliest deadline or before.
 * Traffic postpones and cancels deadlines all the time; that does not touch the wheel: its entry expires, finds no
 * deadline passed, and is scheduled again.
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

    private final Events events;
    private final TimerWheel wheel;
    private final long[] deadlines = new long[TIMERS];
    private long scheduled = TimerWheel.OFF;
    private long wheelId;
    private boolean active;
    private boolean needAnotherKeepalive;
    private long persistentKeepaliveNanos;

    /** Timers that are all off, and inactive until {@link #start}. */
    public PeerTimers(Events events, TimerWheel wheel) {
        this.events = events;
        this.wheel = wheel;
        Arrays.fill(deadlines, TimerWheel.OFF);
    }

    /** Allows timers to be armed: the interface is up. */
    public void start() {
        active = true;
    }

    /** Cancels all timers, and arms none until {@link #start}. */
    public void stop() {
        active = false;
        needAnotherKeepalive = false;
        Arrays.fill(deadlines, TimerWheel.OFF);
        unschedule();
    }

    /** Sets the persistent keepalive interval in seconds; 0 turns it off. */
    public void setPersistentKeepalive(int seconds) {
        persistentKeepaliveNanos = seconds * 1_000_000_000L;
        if (seconds == 0) {
            deadlines[PERSISTENT_KEEPALIVE] = TimerWheel.OFF;
        }
    }

    /** At least one packet with data was sent. */
    public void dataSent(long now) {
        if (deadlines[NEW_HANDSHAKE] == TimerWheel.OFF) {
            arm(NEW_HANDSHAKE, now + KEEPALIVE_TIMEOUT + REKEY_TIMEOUT + wheel.jitter(REKEY_TIMEOUT_JITTER_MAX), now);
        }
    }

    /** At least one packet with data was received. */
    public void dataReceived(long now) {
        if (deadlines[SEND_KEEPALIVE] == TimerWheel.OFF) {
            arm(SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT, now);
        } else {
            needAnotherKeepalive = true;
        }
    }

    /** A packet was sent: data, a keepalive or a handshake message. */
    public void anyAuthenticatedPacketSent() {
        deadlines[SEND_KEEPALIVE] = TimerWheel.OFF;
    }

    /** An authentic packet was received. */
    public void anyAuthenticatedPacketReceived() {
        deadlines[NEW_HANDSHAKE] = TimerWheel.OFF;
    }

    /** An authentic packet was sent or received. */
    public void anyAuthenticatedPacketTraversal(long now) {
        if (persistentKeepaliveNanos != 0) {
            arm(PERSISTENT_KEEPALIVE, now + persistentKeepaliveNanos, now);
        }
    }

    /** An initiation was sent. */
    public void handshakeInitiated(long now) {
        arm(RETRANSMIT_HANDSHAKE, now + REKEY_TIMEOUT + wheel.jitter(REKEY_TIMEOUT_JITTER_MAX), now);
    }

    /** A handshake was completed. */
    public void handshakeComplete() {
        deadlines[RETRANSMIT_HANDSHAKE] = TimerWheel.OFF;
    }

    /** The keys of a session were derived. */
    public void sessionDerived(long now) {
        armZeroKeyMaterial(now);
    }

    /** The handshake is given up: arms the timer that zeroes the keys, unless it is armed. */
    public void handshakeGivenUp(long now) {
        deadlines[SEND_KEEPALIVE] = TimerWheel.OFF;
        if (deadlines[ZERO_KEY_MATERIAL] == TimerWheel.OFF) {
            armZeroKeyMaterial(now);
        }
    }

    private void armZeroKeyMaterial(long now) {
        arm(ZERO_KEY_MATERIAL, now + 3 * REJECT_AFTER_TIME, now);
    }

    private void arm(int timer, long deadline, long now) {
        if (!active) {
            return;
        }
        deadlines[timer] = deadline;
        if (deadline < scheduled) {
            unschedule();
            schedule(deadline, now);
        }
    }

    private void schedule(long deadline, long now) {
        scheduled = deadline;
        wheelId = wheel.schedule(this, deadline, now);
    }

    private void unschedule() {
        if (scheduled != TimerWheel.OFF) {
            wheel.cancel(wheelId);
            scheduled = TimerWheel.OFF;
        }
    }

    /** The wheel has removed its expired entry. */
    void unscheduled() {
        scheduled = TimerWheel.OFF;
    }

    /** Runs the expired timers, and schedules the wheel's next entry. */
    void expire(long now) {
        for (int timer = 0; timer < TIMERS; timer++) {
            if (deadlines[timer] <= now) {
                deadlines[timer] = TimerWheel.OFF;
                fire(timer, now);
            }
        }
        long next = TimerWheel.OFF;
        for (long deadline : deadlines) {
            next = Math.min(next, deadline);
        }
        if (next < scheduled) {
            unschedule();
            schedule(next, now);
        }
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
            arm(SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT, now);
        }
    }
}
