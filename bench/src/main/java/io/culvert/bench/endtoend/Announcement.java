package io.culvert.bench.endtoend;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The table with which WireGuard was announced for the kernel: throughput of one TCP stream and the time of a ping, by iperf3 and ping, of
 * WireGuard, IPsec with ChaCha20-Poly1305, IPsec with AES-GCM, and OpenVPN; here with Culvert, and with the kernel's where it has them.
 */
public final class Announcement {
    private static final Map<String, String> TITLES = titles();

    private Announcement() {}

    /**
     * One line of it.
     *
     * @param protocol as a reader knows it
     * @param contender as in the run
     * @param gigabits of one TCP stream, each second
     * @param pingMillis median, on an idle tunnel
     */
    public record Row(String protocol, String contender, double gigabits, double pingMillis) {}

    private static Map<String, String> titles() {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("culvert", "WireGuard (Culvert)");
        titles.put("kernel-wireguard", "WireGuard (kernel)");
        titles.put("wireguard-go", "WireGuard (wireguard-go)");
        titles.put("kernel-ipsec-chacha", "IPsec, ChaCha20-Poly1305 (kernel)");
        titles.put("strongswan-chacha", "IPsec, ChaCha20-Poly1305 (strongSwan, user space)");
        titles.put("kernel-ipsec-aes", "IPsec, AES-256-GCM (kernel)");
        titles.put("strongswan-aes", "IPsec, AES-256-GCM (strongSwan, user space)");
        titles.put("openvpn-aes", "OpenVPN, AES-256-GCM, UDP");
        titles.put("openvpn-chacha", "OpenVPN, ChaCha20-Poly1305, UDP");
        return titles;
    }

    /** The lines of those for which a run has both figures, the fastest first. */
    public static List<Row> rows(Run run) {
        List<Row> rows = new ArrayList<>();
        TITLES.forEach((contender, title) -> {
            Optional<Series> throughput = run.find("tcp1", contender, "throughput");
            Optional<Series> ping = run.find("ping", contender, "median");
            if (throughput.isPresent() && ping.isPresent()) {
                rows.add(new Row(
                        title, contender, throughput.get().median(), ping.get().median() / 1000));
            }
        });
        rows.sort((left, right) -> Double.compare(right.gigabits(), left.gigabits()));
        return rows;
    }

    /** As text; nothing when there are no lines. */
    public static String of(Run run) {
        List<Row> rows = rows(run);
        if (rows.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(
                "%-52s %14s %10s\n".formatted("announcement: one TCP stream and ping", "Mbit/s", "ping ms"));
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT, "  %-50s %14.0f %10.3f%n", row.protocol(), row.gigabits() * 1000, row.pingMillis()));
        }
        return text.toString();
    }
}
