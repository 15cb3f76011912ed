// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import io.culvert.daemon.demo.SteadyPing.Count;
import java.util.List;
import java.util.Locale;

/** What happened to an overlay, as a table of text. */
final class Timeline {
    private static final String COLUMNS = "%8s  %-42s %5s %9s  %13s";
    private static final String LEGEND = """

    peers: of each node that runs. after: from the command until all of them had followed. pings lost: of those between
    nodes that stay, ten a second, from this event to the next.
    """;

    private Timeline() {}

    /**
     * One event.
     *
     * @param beginSeconds since the demo's start
     * @param what happened
     * @param peers that each running node then had
     * @param afterSeconds until all had followed
     * @param pings from this event to the next one
     */
    record Event(double beginSeconds, String what, int peers, double afterSeconds, Count pings) {
        /** The same event, with pings. */
        Event with(Count counted) {
            return new Event(beginSeconds, what, peers, afterSeconds, counted);
        }
    }

    /** The table. */
    static String of(List<Event> events) {
        StringBuilder table = new StringBuilder(line("begin", "event", "peers", "after", "pings lost"));
        for (Event event : events) {
            Count pings = event.pings();
            table.append(line(
                    seconds("%.1f s", event.beginSeconds()),
                    event.what(),
                    Integer.toString(event.peers()),
                    seconds("%.2f s", event.afterSeconds()),
                    pings.sent() == 0 ? "" : pings.lost() + " of " + pings.sent()));
        }
        return table.append(LEGEND).toString();
    }

    private static String line(String begin, String what, String peers, String after, String lost) {
        return String.format(Locale.ROOT, COLUMNS, begin, what, peers, after, lost)
                        .stripTrailing() + "\n";
    }

    private static String seconds(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
