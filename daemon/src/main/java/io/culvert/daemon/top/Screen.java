// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.top;

import io.culvert.daemon.status.Columns;
import io.culvert.daemon.status.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Rates as lines of text, cut to the size of a terminal. */
final class Screen {
    private static final String HEAD = "culvert top: ";
    private static final double PERCENT = 100;

    private Screen() {}

    /**
     * At most {@code rows} lines of at most {@code columns} characters each.
     *
     * @param note what is to be said instead of interfaces, if there are none
     */
    static List<String> lines(List<Rates> interfaces, String note, long nowSeconds, int rows, int columns) {
        List<String> lines = new ArrayList<>();
        lines.add(HEAD + (interfaces.isEmpty() ? note : total(interfaces)) + "  (q quits)");
        for (Rates rates : interfaces) {
            add(lines, rates, nowSeconds);
        }
        List<String> visible = lines.size() <= rows ? lines : new ArrayList<>(lines.subList(0, Math.max(rows - 1, 1)));
        if (lines.size() > rows && rows > 1) {
            visible.add("... " + (lines.size() - rows + 1) + " more lines");
        }
        return visible.stream().map(line -> cut(line, columns)).toList();
    }

    private static String total(List<Rates> interfaces) {
        double received = interfaces.stream().mapToDouble(Rates::received).sum();
        double sent = interfaces.stream().mapToDouble(Rates::sent).sum();
        return "Gbit/s in " + Units.gigabits(received) + " out " + Units.gigabits(sent);
    }

    private static void add(List<String> lines, Rates rates, long nowSeconds) {
        String state = rates.status().unreadyReason().orElse("ready");
        lines.add(rates.status().name() + ": " + state + ", Gbit/s in " + Units.gigabits(rates.received()) + " out "
                + Units.gigabits(rates.sent()) + packets(rates) + ", drops/s "
                + Units.count(rates.drops().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum()));
        if (!rates.workers().isEmpty()) {
            lines.add("  CPU by worker: "
                    + rates.workers().entrySet().stream()
                            .map(worker -> worker.getKey() + " "
                                    + String.format(Locale.ROOT, "%.0f %%", worker.getValue() * PERCENT))
                            .collect(Collectors.joining(", ")));
        }
        if (!rates.drops().isEmpty()) {
            lines.add("  drops/s: " + drops(rates.drops()));
        }
        if (!rates.peers().isEmpty()) {
            Columns columns = new Columns();
            columns.row("  peer", "in Gbit/s", "out Gbit/s", "handshake", "state", "endpoint");
            for (Rates.Peer peer : rates.peers()) {
                columns.row(
                        "  " + peer.status().shortKey(),
                        Units.gigabits(peer.received()),
                        Units.gigabits(peer.sent()),
                        Units.age(peer.status().handshakeSeconds(), nowSeconds),
                        peer.status().state(nowSeconds),
                        peer.status().endpoint());
            }
            lines.addAll(columns.lines());
        }
    }

    private static String packets(Rates rates) {
        OptionalDouble in = rates.receivedPackets();
        OptionalDouble out = rates.sentPackets();
        return in.isEmpty() || out.isEmpty()
                ? ""
                : ", packets/s in " + Units.count(in.getAsDouble()) + " out " + Units.count(out.getAsDouble());
    }

    private static String drops(Map<String, Double> drops) {
        return drops.entrySet().stream()
                .map(drop -> drop.getKey() + " " + Units.count(drop.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Without control characters, which would act on the terminal. */
    private static String cut(String line, int columns) {
        String clean = line.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= columns ? clean : clean.substring(0, columns);
    }

    /** Plain lines for a file or a pipe: one for each interface and each peer, with the time. */
    static List<String> plain(List<Rates> interfaces, String time) {
        List<String> lines = new ArrayList<>();
        for (Rates rates : interfaces) {
            lines.add(time + " " + rates.status().name() + " in " + Units.gigabits(rates.received()) + " out "
                    + Units.gigabits(rates.sent()) + " Gbit/s" + packets(rates) + ", drops/s "
                    + (rates.drops().isEmpty() ? "0" : drops(rates.drops()))
                    + rates.status()
                            .unreadyReason()
                            .map(reason -> ", not ready: " + reason)
                            .orElse(""));
            for (Rates.Peer peer : rates.peers()) {
                lines.add(
                        time + " " + rates.status().name() + " " + peer.status().shortKey() + " in "
                                + Units.gigabits(peer.received()) + " out " + Units.gigabits(peer.sent()) + " Gbit/s");
            }
        }
        return lines.stream().map(line -> line.replaceAll("\\p{Cntrl}", "?")).toList();
    }
}
