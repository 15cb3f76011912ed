package io.culvert.system;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what another process is about to do. */
final class Eventually {
    private static final long STEP_MILLIS = 20;

    private Eventually() {}

    /** Whether it became true in time. */
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
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
