// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other processes do. */
final class Await {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration STEP = Duration.ofMillis(20);

    private Await() {}

    /**
     * Returns when the condition holds.
     *
     * @param what is waited for, in words
     * @param cause tells more if it never holds; may be empty
     * @throws IOException if it does not hold within a minute
     */
    static void holds(String what, BooleanSupplier condition, Supplier<String> cause)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                String more = cause.get();
                throw new IOException(
                        "not within " + LIMIT.toSeconds() + " s: " + what + (more.isEmpty() ? "" : "; " + more));
            }
            Thread.sleep(STEP);
        }
    }
}
