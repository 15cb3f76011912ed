// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import static io.culvert.engine.message.Limits.KEEPALIVE_TIMEOUT;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT_JITTER_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerTimersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 12_345 * SECOND;

    private final List<String> fired = new ArrayList<>();
    private final TimerWheel wheel = new TimerWheel(START, 1);
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
        assertThat(after(60 * SECOND)).containsExactly("keepalive", "keepalive");
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
        scheduleIf(timers.dataSent(now));
        assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
        assertThat(after(100 * SECOND)).isEmpty();
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
