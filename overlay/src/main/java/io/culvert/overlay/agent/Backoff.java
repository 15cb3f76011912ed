// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Delays between tries, with full jitter: any from 0 to a bound that doubles with each failure, so that thousands of
 * agents that lose a store together do not come back together. One thread.
 */
final class Backoff {
    private final long firstMillis;
    private final long mostMillis;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration most, RandomGenerator random) {
        firstMillis = first.toMillis();
        mostMillis = most.toMillis();
        this.random = random;
    }

    /** How long to wait after another failure. */
    Duration next() {
        long bound = Math.min(mostMillis, firstMillis << Math.min(failures, 20));
        failures++;
        return Duration.ofMillis(random.nextLong(bound + 1));
    }

    /** Begins anew after a success. */
    void reset() {
        failures = 0;
    }
}
