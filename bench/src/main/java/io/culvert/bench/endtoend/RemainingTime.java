// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import java.time.Duration;
import java.util.Locale;

/** Estimates the remaining time of a run from the estimated and actual durations of its parts. */
final class RemainingTime {
    private final double total;
    private double done;
    private double elapsed;

    /** For parts with estimates of {@code total} seconds together. */
    RemainingTime(double total) {
        this.total = total;
    }

    /** Adds a finished part with an estimate of {@code expected} seconds, which took {@code actual} seconds. */
    void add(double expected, double actual) {
        done += expected;
        elapsed += actual;
    }

    /** The sum of the estimates of the finished parts. */
    double secondsDone() {
        return done;
    }

    /** The remaining time in seconds. */
    double secondsLeft() {
        return paced(Math.max(total - done, 0));
    }

    /**
     * Scales an estimate of {@code expected} seconds by the pace so far. The pace includes a tenth of the total at its
     * estimate, so that the first parts have little weight.
     */
    double paced(double expected) {
        double prior = total / 10;
        return total == 0 ? expected : expected * (elapsed + prior) / (done + prior);
    }

    @Override
    public String toString() {
        Duration left = Duration.ofSeconds(Math.round(secondsLeft()));
        return left.toHours() > 0
                ? String.format(Locale.ROOT, "%d h %02d min left", left.toHours(), left.toMinutesPart())
                : String.format(Locale.ROOT, "%d min %02d s left", left.toMinutes(), left.toSecondsPart());
    }
}
