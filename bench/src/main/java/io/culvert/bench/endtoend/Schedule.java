package io.culvert.bench.endtoend;

import java.time.Duration;
import java.util.Locale;

/** Tells how long a run will still take, from what its parts were thought to take and what they took. */
final class Schedule {
    private final double total;
    private double done;
    private double elapsed;

    /** For parts that are thought to take {@code total} seconds together. */
    Schedule(double total) {
        this.total = total;
    }

    /** A part is over that was thought to take {@code expected} seconds and took {@code took}. */
    void add(double expected, double took) {
        done += expected;
        elapsed += took;
    }

    /** The sum of what the parts so far were thought to take. */
    double secondsDone() {
        return done;
    }

    /** What is left, in seconds. */
    double secondsLeft() {
        return paced(Math.max(total - done, 0));
    }

    /**
     * What will likely take so long that was thought to take {@code expected} seconds. The first parts are believed little: the thought
     * counts as if a tenth had gone as thought.
     */
    double paced(double expected) {
        double believed = total / 10;
        return total == 0 ? expected : expected * (elapsed + believed) / (done + believed);
    }

    @Override
    public String toString() {
        Duration left = Duration.ofSeconds(Math.round(secondsLeft()));
        return left.toHours() > 0
                ? String.format(Locale.ROOT, "%d h %02d min left", left.toHours(), left.toMinutesPart())
                : String.format(Locale.ROOT, "%d min %02d s left", left.toMinutes(), left.toSecondsPart());
    }
}
