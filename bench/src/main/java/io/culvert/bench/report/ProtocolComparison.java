// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * WireGuard, IPsec and OpenVPN side by side: throughput of one TCP stream and the median round trip on an idle tunnel,
 * as in section 7 of the WireGuard paper (Donenfeld, NDSS 2017).
 *
 * @param rows the implementations for which a run has both figures, the highest throughput first
 */
public record ProtocolComparison(List<Row> rows) {
    private static final String WIREGUARD = "WireGuard";

    /**
     * One implementation.
     *
     * @param implementation as in the run
     * @param protocol with its cipher, unless the protocol has only one
     * @param throughput of one TCP stream
     * @param ping median round trip
     */
    public record Row(String implementation, String protocol, Series throughput, Series ping) {
        /** The implementation's name as the page shows it. */
        String name() {
            return Labels.clean(implementation);
        }

        /** The median throughput with its unit. */
        String throughputText() {
            return Labels.number(throughput.median()) + " " + Labels.unit(throughput.unit());
        }

        /** The median round trip with its unit. */
        String pingText() {
            return Labels.number(ping.median()) + " " + Labels.unit(ping.unit());
        }
    }

    /** The comparison that a run allows; it may have no rows. */
    public static ProtocolComparison of(Run run) {
        List<Row> rows = new ArrayList<>();
        for (Comparison comparison : Comparison.of(run)) {
            if (comparison.test().equals("tcp1") && comparison.metric().equals("throughput")) {
                for (Series throughput : comparison.ranked()) {
                    Optional<Series> ping = run.find("ping", throughput.implementation(), "median");
                    ping.ifPresent(one -> rows.add(new Row(
                            throughput.implementation(), protocol(throughput.implementation()), throughput, one)));
                }
            }
        }
        return new ProtocolComparison(List.copyOf(rows));
    }

    /** Whether a protocol other than WireGuard is among the rows. */
    public boolean hasOtherProtocols() {
        return rows.stream()
                .anyMatch(row -> !row.protocol.equals(WIREGUARD) && Role.of(row.implementation) != Role.NO_CRYPTO);
    }

    /** A table for the terminal; empty without rows. */
    public String text() {
        if (rows.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(
                "%-22s %-30s %14s %14s\n".formatted("one TCP stream, ping", "protocol", "throughput", "round trip"));
        rows.forEach(row -> text.append(
                "  %-20s %-30s %14s %14s\n".formatted(row.name(), row.protocol, row.throughputText(), row.pingText())));
        return text.toString();
    }

    /** By the name of the implementation, which for programs from the command line is the user's choice. */
    private static String protocol(String implementation) {
        String name = implementation.toLowerCase(Locale.ROOT);
        if (Role.of(implementation) == Role.NO_CRYPTO) {
            return "none, unencrypted";
        }
        if (name.contains("ipsec") || name.contains("strongswan")) {
            return "IPsec" + cipher(name);
        }
        return name.contains("openvpn") ? "OpenVPN" + cipher(name) : WIREGUARD;
    }

    private static String cipher(String name) {
        if (name.contains("aes")) {
            return ", AES-256-GCM";
        }
        return name.contains("chacha") ? ", ChaCha20-Poly1305" : "";
    }
}
