// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.time.Duration;

/**
 * Whether the wall clock can be believed, by which validity is judged. It cannot if it is 10 minutes before a time that
 * was seen already (that of the snapshot, or one that was signed), or if it jumped by 10 minutes against the clock
 * that only goes forward. A jump is believed once a record says that its signer lives at that time, too. One thread.
 */
final class ClockCheck {
    static final Duration TOLERANCE = Duration.ofMinutes(10);

    private long latestSeenMillis;
    private long lastWallMillis;
    private long lastNanos;
    private long jumpedTo;

    ClockCheck(long wallMillis, long nanos) {
        lastWallMillis = wallMillis;
        lastNanos = nanos;
    }

    /** A time that has passed, as something says that is not from this clock. */
    void saw(long wallMillis) {
        latestSeenMillis = Math.max(latestSeenMillis, wallMillis);
    }

    /** Looks at the clocks. */
    void check(long wallMillis, long nanos) {
        long expected = lastWallMillis + Duration.ofNanos(nanos - lastNanos).toMillis();
        if (wallMillis > expected + TOLERANCE.toMillis()) {
            jumpedTo = wallMillis;
        } else if (wallMillis < expected - TOLERANCE.toMillis()) {
            jumpedTo = 0; // Back from a jump, or before what was seen.
        }
        if (jumpedTo != 0 && latestSeenMillis > jumpedTo - TOLERANCE.toMillis()) {
            jumpedTo = 0;
        }
        lastWallMillis = wallMillis;
        lastNanos = nanos;
    }

    /** What is wrong with the clock as it was last looked at; empty if nothing is known. */
    String problem() {
        if (lastWallMillis < latestSeenMillis - TOLERANCE.toMillis()) {
            return "the clock is "
                    + Duration.ofMillis(latestSeenMillis - lastWallMillis).toMinutes()
                    + " min behind a time that has passed already; set it";
        }
        return jumpedTo == 0 ? "" : "the clock has jumped ahead; set it, or restart the agent if it is right";
    }
}
