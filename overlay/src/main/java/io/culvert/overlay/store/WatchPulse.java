// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.culvert.overlay.loop.Loop;
import java.time.Duration;

/** Asks a watch that is silent for a sign of life, and gives it up after {@link Store#WATCH_SILENCE}. On the loop. */
final class WatchPulse {
    /** How long a watch is silent before it is asked; then it is asked every such while. */
    static final Duration ASK_AFTER = Duration.ofSeconds(30);

    private final Loop loop;
    private final Runnable ask;
    private final Runnable broken;
    private Loop.Timer timer;
    private long heard;

    /** Begins with the watch. */
    WatchPulse(Loop loop, Runnable ask, Runnable broken) {
        this.loop = loop;
        this.ask = ask;
        this.broken = broken;
        heard = loop.nanos();
        arm();
    }

    private void arm() {
        timer = loop.schedule(this::check, ASK_AFTER);
    }

    private void check() {
        long silence = loop.nanos() - heard;
        if (silence >= Store.WATCH_SILENCE.toNanos()) {
            broken.run();
            return;
        }
        arm();
        if (silence >= ASK_AFTER.toNanos()) {
            ask.run();
        }
    }

    /** The watch reported something. */
    void heard() {
        heard = loop.nanos();
    }

    /** The watch ended. */
    void stop() {
        timer.cancel();
    }
}
