// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import java.time.Duration;

/** Gathers changes for a moment before they are made. On the loop. */
final class Gathering {
    static final Duration TIME = Duration.ofMillis(200);
    /** How long {@link #goOn} may delay what was changed first. */
    private static final long MOST_NANOS = Duration.ofSeconds(1).toNanos();

    private final Loop loop;
    private final Runnable then;
    private Loop.Timer timer;
    private long since;

    /** Gathers nothing yet; {@code then} makes the changes, and calls {@link #end}. */
    Gathering(Loop loop, Runnable then) {
        this.loop = loop;
        this.then = then;
    }

    /** There is a change. */
    void begin() {
        if (timer == null) {
            since = loop.nanos();
            timer = loop.schedule(then, TIME);
        }
    }

    /** Gathers for the full time from now on, if at all. */
    void goOn() {
        if (timer != null && loop.nanos() - since < MOST_NANOS) {
            timer.cancel();
            timer = loop.schedule(then, TIME);
        }
    }

    /** All changes are being made. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
