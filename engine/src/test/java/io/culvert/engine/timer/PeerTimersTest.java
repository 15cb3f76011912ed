// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import static io.culvert.engine.message.Limits.KEEPALIVE_TIMEOUT;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT_JITTER_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerTimersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 12_345 * SECOND;
    /** How late a timer may be. */
    private static final long TICK = 1L << 23;

    private final List<String> fired = new ArrayList<>();
    private final TimerWheel wheel = new TimerWheel(1);
    private final PeerTimers timers = new PeerTimers(
            new PeerTimers.Events() {
                @Override
                public void onRetransmitHandshake(long now) {
                    fired.add("retransmit");
                }

                @Override
                public void onSendKeepalive(long now) {
                    fired.add("keepalive");
                }

                @Override
                public void onNewHandshake(long now) {
                    fired.add("new");
                }

                @Override
                public void onZeroKeyMaterial(long now) {
                    fired.add("zero");
                }

                @Override
                public void onPersistentKeepalive(long now) {
                    fired.add("persistent");
                }
            },
            wheel);

    private long now = START;

    @BeforeEach
    void start() {
        timers.start();
    }

    private List<String> after(long nanos) {
        fired.clear();
        long end = now + nanos;
        while (wheel.earliest() <= end) {
            now = Math.max(now, wheel.earliest());
            wheel.poll(now);
        }
        now = end;
        wheel.poll(now);
        return List.copyOf(fired);
    }

    /** What the home does after an event on any worker. */
    private void scheduleIf(boolean schedule) {
        if (schedule) {
            timers.schedule(now);
        }
    }

    @Test
    void nothingIsScheduledInitially() {
        assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
    }

    @Test
    void anUnansweredInitiationIsRetransmittedAfterFiveSecondsAndUpToAThird() {
        timers.handshakeInitiated(now);
        assertThat(after(REKEY_TIMEOUT - 1)).isEmpty();
        assertThat(after(REKEY_TIMEOUT_JITTER_MAX + SECOND)).containsExactly("retransmit");
    }

    @Test
    void aCompletedHandshakeIsNotRetransmitted() {
        timers.handshakeInitiated(now);
        timers.handshakeComplete();
        assertThat(after(60 * SECOND)).isEmpty();
    }

    @Test
    void receivedDataIsAcknowledgedByOneKeepaliveAfterTenSeconds() {
        scheduleIf(timers.dataReceived(now));
        assertThat(after(KEEPALIVE_TIMEOUT - 1)).isEmpty();
        assertThat(after(60 * SECOND)).containsExactly("keepalive");
    }

    @Test
    void dataReceivedWhileAKeepaliveIsPendingCausesOneMore() {
        scheduleIf(timers.dataReceived(now));
        after(SECOND);
        scheduleIf(timers.dataReceived(now));
        scheduleIf(timers.dataReceived(now));
        assertThat(after(KEEPALIVE_TIMEOUT)).containsExactly("keepalive");
        assertThat(after(60 * SECOND)).containsExactly("keepalive");
    }

    @Test
    void anySentPacketReplacesTheKeepalive() {
        scheduleIf(timers.dataReceived(now));
        timers.anyAuthenticatedPacketSent();
        assertThat(after(60 * SECOND)).isEmpty();
    }

    @Test
    void sentDataWithoutAnAnswerCausesANewHandshakeAfterFifteenSeconds() {
        scheduleIf(timers.dataSent(now));
        after(5 * SECOND);
        scheduleIf(timers.dataSent(now));
        assertThat(after(KEEPALIVE_TIMEOUT + REKEY_TIMEOUT - 5 * SECOND - 1)).isEmpty();
        assertThat(after(SECOND)).containsExactly("new");
    }

    @Test
    void anyReceivedPacketIsAnAnswer() {
        scheduleIf(timers.dataSent(now));
        timers.anyAuthenticatedPacketReceived();
        assertThat(after(60 * SECOND)).isEmpty();
    }

    @Test
    void keysAreZeroedAfterNineMinutesWithoutANewSession() {
        timers.sessionDerived(now);
        after(100 * SECOND);
        timers.sessionDerived(now);
        assertThat(after(3 * REJECT_AFTER_TIME - 1)).isEmpty();
        assertThat(after(1)).containsExactly("zero");
    }

    @Test
    void givingUpDoesNotPostponeZeroing() {
        timers.sessionDerived(now);
        after(100 * SECOND);
        timers.handshakeGivenUp(now);
        assertThat(after(3 * REJECT_AFTER_TIME - 100 * SECOND)).containsExactly("zero");
    }

    @Test
    void givingUpZeroesTheKeysInTheEndAndSendsNothing() {
        scheduleIf(timers.dataReceived(now));
        timers.handshakeGivenUp(now);
        assertThat(after(3 * REJECT_AFTER_TIME - 1)).isEmpty();
        assertThat(after(1)).containsExactly("zero");
    }

    @Test
    void forgottenKeysAreNotZeroedAgain() {
        timers.sessionDerived(now);
        timers.keysForgotten();
        assertThat(after(10 * REJECT_AFTER_TIME)).isEmpty();
    }

    /** Between 0 and a third of a second, and another one for each message and each session. */
    @Test
    void handshakesAreSpreadByJitter() {
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            timers.handshakeInitiated(now);
            waits.add(until("retransmit") - REKEY_TIMEOUT);
        }
        assertThat(waits).hasSize(20).allMatch(wait -> wait >= 0 && wait < REKEY_TIMEOUT_JITTER_MAX + TICK);
        waits.clear();
        for (int i = 0; i < 20; i++) {
            timers.sessionDerived(now);
            scheduleIf(timers.dataSent(now));
            waits.add(until("new") - KEEPALIVE_TIMEOUT - REKEY_TIMEOUT);
            timers.keysForgotten();
        }
        assertThat(waits).hasSizeGreaterThan(10).allMatch(wait -> wait >= 0 && wait < REKEY_TIMEOUT_JITTER_MAX + TICK);
    }

    /** How long it takes until nothing but this happens. */
    private long until(String event) {
        long start = now;
        fired.clear();
        while (fired.isEmpty()) {
            now = wheel.earliest();
            wheel.poll(now);
        }
        assertThat(fired).containsExactly(event);
        return now - start;
    }

    @Test
    void persistentKeepaliveFollowsTheLastTraversal() {
        timers.setPersistentKeepalive(25);
        scheduleIf(timers.anyAuthenticatedPacketTraversal(now));
        after(20 * SECOND);
        scheduleIf(timers.anyAuthenticatedPacketTraversal(now));
        assertThat(after(25 * SECOND - 1)).isEmpty();
        assertThat(after(1)).containsExactly("persistent");
    }

    @Test
    void persistentKeepaliveCanBeTurnedOff() {
        timers.setPersistentKeepalive(25);
        scheduleIf(timers.anyAuthenticatedPacketTraversal(now));
        timers.setPersistentKeepalive(0);
        assertThat(after(100 * SECOND)).isEmpty();
    }

    @Test
    void aStoppedPeerHasNoTimers() {
        timers.handshakeInitiated(now);
        timers.stop();
        assertThat(timers.dataSent(now)).isFalse();
        assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
        assertThat(after(100 * SECOND)).isEmpty();
    }

    @Test
    void aStoppedPeerOwesNoKeepalive() {
        scheduleIf(timers.dataReceived(now));
        scheduleIf(timers.dataReceived(now));
        timers.stop();
        timers.start();
        scheduleIf(timers.dataReceived(now));
        assertThat(after(60 * SECOND)).containsExactly("keepalive");
    }

    @Test
    void aPeerThatWasStoppedStartsAnew() {
        timers.handshakeInitiated(now);
        timers.stop();
        timers.handshakeInitiated(now);
        assertThat(after(60 * SECOND)).isEmpty();
        timers.start();
        timers.handshakeInitiated(now);
        assertThat(after(60 * SECOND)).containsExactly("retransmit");
    }

    /** The home schedules for what a worker arms, and only for what comes before all else. */
    @Test
    void onlyAnEarlierDeadlineNeedsTheHome() {
        assertThat(timers.anyAuthenticatedPacketTraversal(now)).as("turned off").isFalse();
        assertThat(timers.dataSent(now)).isTrue();
        timers.schedule(now);
        assertThat(timers.dataSent(now)).as("armed").isFalse();
        assertThat(timers.dataReceived(now)).as("earlier").isTrue();
        timers.schedule(now);
        timers.setPersistentKeepalive(25);
        assertThat(timers.anyAuthenticatedPacketTraversal(now)).as("later").isFalse();
        assertThat(timers.dataReceived(now)).as("armed").isFalse();
        timers.stop();
        timers.start();
        timers.handshakeInitiated(now);
        assertThat(timers.dataReceived(now)).as("later").isFalse();
        assertThat(timers.dataSent(now)).as("later").isFalse();
        timers.stop();
        timers.start();
        scheduleIf(timers.dataReceived(now));
        timers.setPersistentKeepalive((int) (KEEPALIVE_TIMEOUT / SECOND));
        assertThat(timers.anyAuthenticatedPacketTraversal(now)).as("as early").isFalse();
    }

    /** A worker that saw the peer active may arm a timer after the home stopped the peer. */
    @Test
    void aTimerArmedWhileThePeerStopsIsForgotten() throws ReflectiveOperationException {
        VarHandle active = MethodHandles.privateLookupIn(PeerTimers.class, MethodHandles.lookup())
                .findVarHandle(PeerTimers.class, "active", boolean.class);
        timers.stop();
        active.set(timers, true);
        assertThat(timers.dataSent(now)).isTrue();
        active.set(timers, false);
        timers.schedule(now);
        timers.start();
        timers.schedule(now);
        assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
    }

    @Test
    void postponingADeadlineDoesNotTouchTheWheel() {
        timers.setPersistentKeepalive(25);
        scheduleIf(timers.anyAuthenticatedPacketTraversal(now));
        long earliest = wheel.earliest();
        for (int i = 0; i < 1000; i++) {
            now += 1_000_000;
            scheduleIf(timers.anyAuthenticatedPacketTraversal(now));
        }
        assertThat(wheel.earliest()).isEqualTo(earliest);
    }

    @Test
    void timersFireAfterALongSleep() {
        scheduleIf(timers.dataReceived(now));
        now += 100_000 * SECOND;
        wheel.poll(now);
        assertThat(fired).containsExactly("keepalive");
        scheduleIf(timers.dataReceived(now));
        assertThat(after(KEEPALIVE_TIMEOUT)).containsExactly("keepalive");
    }
}
