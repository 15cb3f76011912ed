// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.io.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happens in a simulation, in virtual time and in words. */
final class Story {
    private final Clock clock;
    private final long start;
    private final List<String> lines = new ArrayList<>();

    Story(Clock clock) {
        this.clock = clock;
        start = clock.nanos();
    }

    /** Tells an event. */
    void note(String format, Object... arguments) {
        long micros = (clock.nanos() - start) / 1000;
        String text = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
        lines.add(String.format(Locale.ROOT, "%5d.%06d s  %s", micros / 1_000_000, micros % 1_000_000, text));
    }

    /** The virtual time since the start, in nanoseconds. */
    long nanos() {
        return clock.nanos() - start;
    }

    List<String> lines() {
        return lines;
    }
}
