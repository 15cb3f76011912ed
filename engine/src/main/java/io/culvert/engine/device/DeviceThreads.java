// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.ThreadEnd;
import io.culvert.engine.pipeline.Heartbeat;
import io.culvert.engine.pipeline.Workers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The threads of a device, and the watchdog over them. Started and ended by one thread each. */
final class DeviceThreads {
    private static final Logger LOG = System.getLogger(DeviceThreads.class.getName());

    private final Workers workers;
    private final HandshakeQueue handshakes;
    /** {@code null} if the workers receive handshake messages too. */
    private final HandshakeReader reader;

    private final RetryThread retries;
    private final Heartbeat control = new Heartbeat("configuration", null);
    private final Heartbeat tun = new Heartbeat("tun", null);
    private final Watchdog watchdog;

    /**
     * Threads that do not run yet.
     *
     * @param watchdogSeconds how long one may not turn before the device ends; 0 for ever
     */
    DeviceThreads(
            DeviceEnd end,
            Clock clock,
            int watchdogSeconds,
            Workers workers,
            HandshakeQueue handshakes,
            HandshakeReader reader,
            RetryThread retries,
            DeviceListener listener) {
        this.retries = retries;
        this.workers = workers;
        this.handshakes = handshakes;
        this.reader = reader;
        List<Heartbeat> others = new ArrayList<>(handshakes.heartbeats());
        others.add(tun);
        others.add(retries.heartbeat());
        if (reader != null) {
            others.add(reader.heartbeat());
        }
        watchdog = new Watchdog(end, clock, watchdogSeconds, control, workers.heartbeats(), others, listener);
    }

    /** Of changes of the configuration and of the interface's state; under the device's monitor. */
    Heartbeat control() {
        return control;
    }

    /** Of the TUN's thread. */
    Heartbeat tun() {
        return tun;
    }

    /** By thread, the seconds for which it has not turned. Any thread. */
    Map<String, Integer> stalls() {
        return watchdog.stalls();
    }

    /** What became of received handshake messages. Any thread. */
    Map<HandshakeOutcome, Long> handshakeOutcomes() {
        Map<HandshakeOutcome, Long> sums = new EnumMap<>(HandshakeOutcome.class);
        for (HandshakeOutcome outcome : HandshakeOutcome.values()) {
            long read = reader == null ? 0 : reader.outcomes().get(outcome);
            sums.put(outcome, read + handshakes.outcomes(outcome));
        }
        return sums;
    }

    /** Starts all threads; the watchdog's first, through which the owner hears of failures. */
    void start(String name) {
        watchdog.start(name);
        workers.start(name);
        handshakes.start(name);
        if (reader != null) {
            reader.start();
        }
        retries.start();
    }

    /** Threads are about to end, and to sleep meanwhile for what is none of their making. */
    void stopWatching() {
        watchdog.stop();
    }

    /**
     * Ends the sessions, for which the device's monitor is needed. The thread that holds it may be stuck: so they are
     * ended on another thread, and left as they are once no change of the device makes progress any more.
     *
     * @return whether they are ended, so that what they use may be freed
     */
    boolean endSessions(CloseSteps steps, Runnable endSessions) {
        boolean[] ended = new boolean[1];
        steps.run(() -> ended[0] = isEnded(() -> steps.run(endSessions)));
        if (!ended[0]) {
            LOG.log(Level.ERROR, "a change of the configuration does not end; the device's memory is not freed");
            workers.keepMemory();
        }
        return ended[0];
    }

    private boolean isEnded(Runnable endSessions) {
        if (!workers.areThreaded()) {
            endSessions.run();
            return true;
        }
        Thread ending = Thread.ofPlatform().daemon().name("sessions-end").start(endSessions);
        long beats;
        do {
            beats = control.beats();
            if (ThreadEnd.await(ending)) {
                return true;
            }
        } while (control.beats() != beats);
        return false;
    }

    /**
     * Ends all threads, and frees the workers' memory.
     *
     * @return whether the handshake threads have ended, so that what they use may be freed
     */
    boolean end(CloseSteps steps) {
        steps.run(retries::stop);
        if (reader != null) {
            steps.run(reader::stop);
        }
        boolean[] ended = new boolean[1];
        steps.run(() -> {
            ended[0] = handshakes.stop();
            if (ended[0]) {
                // A thread that is stuck may hold a handshake's monitor.
                handshakes.drain();
            }
        });
        steps.run(workers::close);
        return ended[0];
    }
}
