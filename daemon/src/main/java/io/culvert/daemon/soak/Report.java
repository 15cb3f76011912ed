// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run came to, as text, and what of it must not be. An empty list of violations is the verdict "holds".
 *
 * @param seconds the time that traffic ran
 * @param seed of the order of faults
 * @param faults what was done
 * @param there datagrams from side A to side B
 * @param back datagrams from side B to side A
 * @param streams transfers by TCP
 * @param dropped packets that the daemons dropped, by cause
 * @param handshakes that gave a session
 * @param first resources of side A, whose daemon lives as long as the run, at the begin
 * @param last the same at the end
 * @param ofOther resources of side B at the end
 * @param alarms what the daemons logged and should not
 */
record Report(
        long seconds,
        long seed,
        FaultLog faults,
        DatagramFlow.Outcome there,
        DatagramFlow.Outcome back,
        StreamFlow.Outcome streams,
        Map<String, Long> dropped,
        long handshakes,
        Resources first,
        Resources last,
        Resources ofOther,
        List<String> alarms) {
    /** Of the datagrams that are sent while nothing is done to the tunnel: a busy host may lose some. */
    private static final double CALM_LOSS = 0.01;

    List<String> violations() {
        List<String> found = new ArrayList<>(faults.failures());
        for (DatagramFlow.Outcome flow : List.of(there, back)) {
            String way = flow == there ? "from A to B" : "from B to A";
            if (flow.damaged() > 0) {
                found.add(flow.damaged() + " datagrams " + way + " arrived damaged");
            }
            if (flow.duplicates() > 0) {
                found.add(flow.duplicates() + " datagrams " + way + " arrived twice");
            }
            if (flow.arrived() == 0) {
                found.add("no datagram " + way + " arrived");
            }
            if (flow.lost()[Phase.CALM] > CALM_LOSS * flow.sent()) {
                found.add(flow.lost()[Phase.CALM] + " datagrams " + way + " were lost while nothing was done");
            }
        }
        if (streams.damaged() > 0) {
            found.add(streams.damaged() + " transfers by TCP arrived damaged");
        }
        if (streams.complete() == 0) {
            found.add("no transfer by TCP was complete");
        }
        last.leaked(first).ifPresent(growth -> found.add("side A: " + growth));
        alarms.forEach(line -> found.add("logged: " + line));
        return found;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "%d s of traffic, seed %d", seconds, seed);
        line(text, "");
        line(text, "%-52s %6s %12s %9s %9s", "fault", "times", "healed in ms", "lost", "refused");
        for (int phase = 0; phase < Phase.count(); phase++) {
            boolean calm = phase == Phase.CALM;
            line(
                    text,
                    "%-52s %6s %12s %9d %9d",
                    Phase.title(phase),
                    calm ? "" : Long.toString(faults.times(Fault.values()[phase])),
                    calm ? "" : "<= " + faults.longestMillis(Fault.values()[phase]),
                    there.lost()[phase] + back.lost()[phase],
                    there.refused()[phase] + back.refused()[phase]);
        }
        line(text, "");
        for (DatagramFlow.Outcome flow : List.of(there, back)) {
            line(
                    text,
                    "datagrams from %s: %d sent, %d arrived, %d twice, %d damaged",
                    flow == there ? "A to B" : "B to A",
                    flow.sent(),
                    flow.arrived(),
                    flow.duplicates(),
                    flow.damaged());
        }
        line(
                text,
                "transfers by TCP: %d complete, %d broken off, %d damaged",
                streams.complete(),
                streams.brokenOff(),
                streams.damaged());
        line(text, "handshakes: %d", handshakes);
        line(text, "dropped by the daemons, by cause: %s", dropped.isEmpty() ? "nothing" : dropped.toString());
        line(text, "side A at the begin: %s", first);
        line(text, "side A at the end:   %s", last);
        line(text, "side B at the end:   %s", ofOther);
        line(text, "");
        List<String> violations = violations();
        violations.forEach(violation -> line(text, "FAILED: %s", violation));
        line(text, violations.isEmpty() ? "holds" : violations.size() + " failed");
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
