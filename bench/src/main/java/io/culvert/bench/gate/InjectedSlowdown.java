// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

/**
 * A slowdown that the self-test plants, to show that the gate finds it: a delay in proportion to its duration follows
 * each measured operation of Culvert. The delay is part of the measurement, not of the measured code.
 */
final class InjectedSlowdown {
    /** The property with the shares by part, such as {@code aead=0.15,pipeline=0.15}. */
    static final String PROPERTY = "culvert.bench.injected-slowdown";

    /** No delay. */
    static final InjectedSlowdown NONE = new InjectedSlowdown(0);

    private final double share;

    private InjectedSlowdown(double share) {
        this.share = share;
    }

    /** The slowdown that {@code text} has for {@code part}; {@link #NONE} if it does not name the part. */
    static InjectedSlowdown of(String text, String part) {
        for (String word : text.split(",")) {
            if (word.startsWith(part + "=")) {
                return new InjectedSlowdown(Double.parseDouble(word.substring(part.length() + 1)));
            }
        }
        return NONE;
    }

    /**
     * Delays.
     *
     * @param begin of the operation, by {@link System#nanoTime}
     * @return the nanoseconds since {@code begin}, including the delay
     */
    long end(long begin) {
        long now = System.nanoTime();
        long end = now + (long) ((now - begin) * share);
        while (now < end) {
            Thread.onSpinWait();
            now = System.nanoTime();
        }
        return now - begin;
    }
}
