// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition that other processes bring about. */
final class Eventually {
    private static final long STEP_MILLIS = 20;

    private Eventually() {}

    /** Waits until a condition holds; {@code false} if it does not within the limit. */
    static boolean holds(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            pause(Duration.ofMillis(STEP_MILLIS));
        }
        return true;
    }

    static void pause(Duration time) {
        Unchecked.call(() -> {
            Thread.sleep(time);
            return null;
        });
    }
}
