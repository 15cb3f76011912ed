// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import java.util.List;
import java.util.Locale;

/** Results as a table of text. */
final class Table {
    private static final String HEAD = """
                                       milliseconds    TCP, 1 stream        TCP, 8 streams       UDP, 500 Mbit/s
    from          to            over   first   ping  Gbit/s      CPU s/GB  Gbit/s      CPU s/GB      CPU s/GB    lost
    """;
    private static final String COLUMNS = "%-13s %-13s %-4s  %6s %6s  %6s %13s  %6s %13s %13s %7s";
    private static final String LEGEND = """

    * initiated the handshake. first: round trip time of the first packet, including the handshake; ping: mean of
    50 more. CPU: seconds of the sending + the receiving program for each GB (10^9 bytes) received.
    """;

    private Table() {}

    static String of(List<Row> rows) {
        StringBuilder table = new StringBuilder(HEAD);
        for (Row row : rows) {
            Flow one = row.flows().get(Load.TCP_1);
            Flow eight = row.flows().get(Load.TCP_8);
            Flow udp = row.flows().get(Load.UDP);
            String line = String.format(
                    Locale.ROOT,
                    COLUMNS,
                    row.from() + (row.initiator() ? "*" : ""),
                    row.to() + (row.initiator() ? "" : "*"),
                    row.ipv6() ? "IPv6" : "IPv4",
                    number("%.1f", row.handshakeMillis()),
                    number("%.2f", row.pingMillis()),
                    rate(one),
                    cpu(one),
                    rate(eight),
                    cpu(eight),
                    cpu(udp),
                    udp == null ? "" : number("%.1f %%", udp.lostPercent()));
            table.append(line.stripTrailing()).append('\n');
        }
        return table.append(LEGEND).toString();
    }

    private static String rate(Flow flow) {
        return flow == null ? "failed" : number("%.2f", flow.gigabits());
    }

    private static String cpu(Flow flow) {
        return flow == null
                ? "failed"
                : String.format(Locale.ROOT, "%.2f + %.2f", flow.senderCpu(), flow.receiverCpu());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
