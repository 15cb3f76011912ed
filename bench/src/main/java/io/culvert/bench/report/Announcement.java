package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table that WireGuard was announced with: throughput and ping of WireGuard, IPsec and OpenVPN, by iperf3 and ping. */
final class Announcement {
    private Announcement() {}

    /**
     * One line of it.
     *
     * @param contender the program
     * @param protocol what it speaks
     * @param throughput of one TCP stream, with its unit
     * @param ping median round trip time, with its unit
     */
    record Line(String contender, String protocol, String throughput, String ping) {}

    /** The lines, ordered by throughput; empty when the run has no other protocol than WireGuard to show. */
    static List<Line> of(Run run) {
        Optional<Comparison> throughput = Comparison.of(run).stream()
                .filter(one -> one.test().equals("tcp1") && one.metric().equals("throughput"))
                .findFirst();
        List<Line> lines = throughput.stream()
                .flatMap(one -> one.ranked().stream())
                .map(one -> line(run, one))
                .toList();
        boolean hasOthers =
                lines.stream().anyMatch(line -> line.protocol.equals("IPsec") || line.protocol.equals("OpenVPN"));
        return hasOthers ? lines : List.of();
    }

    private static Line line(Run run, Series throughput) {
        String contender = throughput.contender();
        return new Line(
                Wording.clean(contender),
                protocol(contender),
                figure(throughput),
                run.find("ping", contender, "median").map(Announcement::figure).orElse(Wording.NONE));
    }

    private static String figure(Series series) {
        return Wording.number(series.median()) + " " + Wording.unit(series.unit());
    }

    private static String protocol(String contender) {
        String name = contender.toLowerCase(Locale.ROOT);
        if (Role.of(contender) == Role.FLOOR) {
            return "none: no cryptography";
        }
        if (name.contains("ipsec") || name.contains("strongswan")) {
            return "IPsec";
        }
        return name.contains("openvpn") ? "OpenVPN" : "WireGuard";
    }
}
