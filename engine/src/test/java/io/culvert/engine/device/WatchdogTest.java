// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.pipeline.Heartbeat;
import io.culvert.engine.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int LIMIT = 30;

    private final DeviceEnd end = new DeviceEnd();
    private final VirtualClock clock = new VirtualClock();
    private final Heartbeat control = new Heartbeat("configuration", null);
    private final Heartbeat worker = new Heartbeat("worker-0", this::probed);
    private final Heartbeat handshake = new Heartbeat("handshake-0", null);
    private final List<String> stalls = new ArrayList<>();
    private final DeviceListener listener = new DeviceListener() {
        @Override
        public void stalled(String thread, int seconds) {
            stalls.add(thread + " " + seconds);
        }
    };
    private final Watchdog watchdog = watchdog(LIMIT);
    private int probes;
    private boolean answersProbes = true;

    private Watchdog watchdog(int limit) {
        return new Watchdog(end, clock, limit, control, List.of(worker), List.of(handshake), listener);
    }

    private void probed() {
        probes++;
        if (answersProbes) {
            worker.atWork();
            worker.asleep();
        }
    }

    private void tick(int count) {
        tick(watchdog, count);
    }

    private void tick(Watchdog dog, int count) {
        for (int i = 0; i < count; i++) {
            clock.advance(SECOND);
            dog.tick(clock.nanos());
        }
    }

    @Test
    void aThreadThatDoesNotTurnEndsTheDeviceWithItsStack() {
        worker.begin();
        tick(LIMIT);
        assertThat(watchdog.stalls()).containsEntry("worker-0", LIMIT - 1).containsEntry("handshake-0", 0);
        assertThat(end.failure()).isEmpty();
        tick(1);
        assertThat(end.failure()).isPresent();
        assertThat(end.failure().get())
                .hasMessage("worker-0 has not turned for 30 s")
                .hasStackTraceContaining("WatchdogTest");
        assertThat(stalls).hasSize(LIMIT).startsWith("worker-0 1", "worker-0 2").endsWith("worker-0 30");
    }

    @Test
    void aThreadThatTurnsOrSleepsIsLeftAlone() {
        handshake.begin();
        for (int i = 0; i < 10 * LIMIT; i++) {
            worker.atWork();
            handshake.asleep();
            tick(1);
        }
        assertThat(end.failure()).isEmpty();
        assertThat(watchdog.stalls().values()).containsOnly(0);
    }

    @Test
    void aThreadThatTurnsAgainIsForgiven() {
        worker.begin();
        tick(LIMIT - 1);
        worker.atWork();
        tick(LIMIT - 1);
        assertThat(end.failure()).isEmpty();
    }

    @Test
    void aSleepingThreadThatCannotBeWokenEndsTheDevice() {
        worker.begin();
        worker.asleep();
        tick(5 * Watchdog.PROBE);
        assertThat(probes).isBetween(3, 5);
        assertThat(end.failure()).isEmpty();
        answersProbes = false;
        tick(2 * Watchdog.PROBE + LIMIT);
        assertThat(end.failure()).isPresent();
    }

    @Test
    void timeForWhichTheMachineStoodStillDoesNotCount() {
        worker.begin();
        for (int i = 0; i < 10 * LIMIT; i++) {
            clock.advance(60 * SECOND);
            watchdog.tick(clock.nanos());
        }
        assertThat(end.failure()).isEmpty();
    }

    @Test
    void aThreadThatWaitsForAChangeOfTheConfigurationIsNotStuck() {
        handshake.begin();
        control.begin();
        for (int i = 0; i < 10 * LIMIT; i++) {
            control.turn();
            tick(1);
        }
        assertThat(end.failure()).isEmpty();
        control.asleep();
        tick(LIMIT + 1);
        assertThat(end.failure()).isPresent();
    }

    @Test
    void withoutALimitAStallIsOnlyShown() {
        Watchdog patient = watchdog(0);
        worker.begin();
        tick(patient, 10 * LIMIT);
        assertThat(end.failure()).isEmpty();
        assertThat(patient.stalls().get("worker-0")).isGreaterThan(LIMIT);
    }
}
