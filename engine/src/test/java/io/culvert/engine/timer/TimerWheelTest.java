// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.timer;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TICK = 1L << 23;

    /** A peer with a persistent keepalive, that notes when it expired. */
    private static final class Keepalive implements PeerTimers.Events {
        private final PeerTimers timers;
        private long deadline = TimerWheel.OFF;
        private long firedAt = TimerWheel.OFF;

        Keepalive(TimerWheel wheel) {
            timers = new PeerTimers(this, wheel);
            timers.start();
        }

        void arm(int seconds, long now) {
            deadline = now + seconds * SECOND;
            firedAt = TimerWheel.OFF;
            timers.setPersistentKeepalive(seconds);
            timers.anyAuthenticatedPacketTraversal(now);
            timers.schedule(now);
        }

        void stop() {
            deadline = TimerWheel.OFF;
            timers.stop();
            timers.start();
        }

        @Override
        public void onPersistentKeepalive(long now) {
            firedAt = now;
        }

        @Override
        public void onRetransmitHandshake(long now) {
            throw new AssertionError("not armed");
        }

        @Override
        public void onSendKeepalive(long now) {
            throw new AssertionError("not armed");
        }

        @Override
        public void onNewHandshake(long now) {
            throw new AssertionError("not armed");
        }

        @Override
        public void onZeroKeyMaterial(long now) {
            throw new AssertionError("not armed");
        }
    }

    /** Whatever is armed, stopped and slept through: each timer expires once, within a tick of its deadline. */
    @Test
    void everyTimerExpiresWithinATickOfItsDeadline() {
        Laws.check(300, draw -> {
            long now = draw.longInteger(-100 * SECOND, 100 * SECOND);
            TimerWheel wheel = new TimerWheel(1);
            List<Keepalive> peers = new ArrayList<>();
            for (int i = draw.integer(1, 40); i > 0; i--) {
                peers.add(new Keepalive(wheel));
            }
            for (int step = draw.integer(0, 60); step > 0; step--) {
                Keepalive peer = peers.get(draw.integer(0, peers.size() - 1));
                if (draw.chance(1, 6)) {
                    peer.stop();
                } else if (draw.chance(1, 2)) {
                    peer.arm(draw.of(1, 2, 25, 33, 34, 35, 70, 600), now);
                } else {
                    now = sleep(wheel, peers, now, draw.longInteger(0, draw.of(TICK, 2 * SECOND, 100 * SECOND)));
                }
            }
            sleep(wheel, peers, now, 601 * SECOND);
            assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
        });
    }

    /** Polls when the wheel asks for it. */
    private static long sleep(TimerWheel wheel, List<Keepalive> peers, long from, long nanos) {
        long now = from;
        long end = from + nanos;
        while (wheel.earliest() <= end) {
            now = Math.max(now, wheel.earliest());
            wheel.poll(now);
            checkAll(peers, now);
        }
        wheel.poll(end);
        checkAll(peers, end);
        return end;
    }

    private static void checkAll(List<Keepalive> peers, long now) {
        for (Keepalive peer : peers) {
            if (peer.firedAt != TimerWheel.OFF) {
                assertThat(peer.firedAt).isBetween(peer.deadline, peer.deadline + TICK);
                peer.deadline = TimerWheel.OFF;
                peer.firedAt = TimerWheel.OFF;
            }
            assertThat(peer.deadline == TimerWheel.OFF || now <= peer.deadline + TICK)
                    .as("due at %d, now %d", peer.deadline, now)
                    .isTrue();
        }
    }

    /** Many timers wake the worker once in a tick, not once each. */
    @Test
    void timersOfATickExpireTogether() {
        TimerWheel wheel = new TimerWheel(1);
        for (int i = 0; i < 1000; i++) {
            new Keepalive(wheel).arm(25, i * TICK / 2000);
        }
        assertThat(wheel.earliest()).isBetween(25 * SECOND, 25 * SECOND + TICK);
        assertThat(wheel.poll(wheel.earliest())).isGreaterThanOrEqualTo(400);
    }

    /** The same, when the wheel looks for them after others expired. */
    @Test
    void timersOfALaterTickExpireTogether() {
        TimerWheel wheel = new TimerWheel(1);
        new Keepalive(wheel).arm(1, 0);
        long tick = 25 * SECOND / TICK * TICK;
        for (int i = 0; i < 100; i++) {
            new Keepalive(wheel).arm(25, tick - 25 * SECOND + TICK + i * TICK / 100);
        }
        assertThat(wheel.poll(wheel.earliest())).isOne();
        assertThat(wheel.poll(wheel.earliest())).isEqualTo(100);
        assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
    }

    /** A search for the next tick visits some of the timers of later rounds, and overlooks none. */
    @Test
    void thousandsOfTimersOfLaterRoundsAreOnTime() {
        TimerWheel wheel = new TimerWheel(1);
        List<Keepalive> peers = new ArrayList<>();
        for (int i = 0; i < 1200; i++) {
            Keepalive peer = new Keepalive(wheel);
            peer.arm(i % 2 == 0 ? 100 : 300, i * TICK / 10);
            peers.add(peer);
        }
        sleep(wheel, peers, 120 * TICK, 301 * SECOND);
        assertThat(wheel.earliest()).isEqualTo(TimerWheel.OFF);
    }

    /** A search visits a limited number of timers of later rounds; then the worker looks again, some ticks later. */
    @Test
    void aSearchAmongManyTimersOfLaterRoundsGivesUp() {
        TimerWheel wheel = new TimerWheel(1);
        new Keepalive(wheel).arm(1, 0);
        // In the slot of the poll below, two rounds later.
        long deadline = (SECOND / TICK + 2 * 4096) * TICK;
        for (int i = 0; i < 600; i++) {
            new Keepalive(wheel).arm(69, deadline - 69 * SECOND);
        }
        assertThat(wheel.poll(SECOND)).isOne();
        assertThat(wheel.earliest()).isBetween(SECOND + 1, SECOND + TICK);
        int polls = 0;
        while (wheel.earliest() < deadline) {
            assertThat(wheel.poll(wheel.earliest())).isZero();
            polls++;
        }
        assertThat(polls).isLessThan(10);
        assertThat(wheel.poll(deadline)).isEqualTo(600);
    }

    /** A worker runs its mailbox before its timers, so that others are scheduled while some are due. */
    @Test
    void aTimerThatIsDueExpiresThoughAnotherIsScheduled() {
        TimerWheel wheel = new TimerWheel(1);
        new Keepalive(wheel).arm(1, 0);
        new Keepalive(wheel).arm(1, 5 * SECOND);
        assertThat(wheel.poll(5 * SECOND)).isOne();
        assertThat(wheel.earliest()).isEqualTo(6 * SECOND);
    }

    /** A round takes 34 s. */
    @Test
    void aTimerOfALaterRoundWakesNobodyBefore() {
        TimerWheel wheel = new TimerWheel(1);
        new Keepalive(wheel).arm(1, 0);
        new Keepalive(wheel).arm(100, 0);
        assertThat(wheel.poll(wheel.earliest())).isOne();
        assertThat(wheel.earliest()).isEqualTo(100 * SECOND);
    }

    @Test
    void aPollCountsThePeersOfItsOwn() {
        TimerWheel wheel = new TimerWheel(1);
        Keepalive peer = new Keepalive(wheel);
        long now = 0;
        for (int i = 0; i < 3; i++) {
            peer.arm(1, now);
            now = wheel.earliest();
            assertThat(wheel.poll(now)).isOne();
            assertThat(wheel.poll(now)).isZero();
        }
    }
}
