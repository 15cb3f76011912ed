// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The measurements, as a table of ratios and as a run. */
final class Report {
    /** The name of {@code openssl speed} among the implementations. */
    static final String OPENSSL_SPEED = "openssl-speed";

    private static final List<String> REFERENCES =
            List.of(Implementations.JCE_DIRECT, Implementations.EVP, OPENSSL_SPEED, Implementations.IPSEC_MB);

    private final Map<String, String> facts = Machine.facts();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Map<Row, Map<String, List<Double>>> rows = new LinkedHashMap<>();

    /** One line of the table. */
    private record Row(String shape, String operation, double bytesPerPacket) {
        Series time(String implementation, List<Double> nanos) {
            return new Series(operation + " " + shape, implementation, "time", "ns/packet", false, nanos);
        }

        Series rate(String implementation, List<Double> nanos) {
            List<Double> rates = nanos.stream().map(one -> bytesPerPacket / one).toList();
            return new Series(operation + " " + shape, implementation, "rate", "GB/s", true, rates);
        }
    }

    Report(String commandLine) {
        OpensslSpeed.version().ifPresent(version -> facts.put("openssl", version));
        IpsecMb.version().ifPresent(version -> facts.put("intel-ipsec-mb", version));
        facts.put("command", commandLine);
    }

    void put(String name, String value) {
        facts.put(name, value);
    }

    /** Says why an implementation was not measured. */
    void missing(String implementation, String reason) {
        missing.put(implementation, reason);
    }

    /** Adds the result of a pass. */
    void add(TrainShape shape, String operation, String implementation, double nanosPerPacket) {
        rows.computeIfAbsent(
                        new Row(shape.name(), operation, (double) shape.bytes() / shape.count()),
                        row -> new LinkedHashMap<>())
                .computeIfAbsent(implementation, name -> new ArrayList<>())
                .add(nanosPerPacket);
    }

    /** Prints the median of each implementation, and how many times as fast as each reference it is. */
    void print(PrintStream out) {
        facts.forEach((name, value) -> out.printf("%-16s %s%n", name, value));
        missing.forEach((name, reason) -> out.printf("%-16s not measured: %s%n", name, reason));
        out.printf("%n%-8s %-4s %-14s %9s %7s", "train", "op", "implementation", "ns/packet", "GB/s");
        REFERENCES.forEach(reference -> out.printf(" %15s", "x " + reference));
        out.println();
        rows.forEach((row, implementations) -> implementations.forEach((implementation, passes) -> {
            double nanos = row.time(implementation, passes).median();
            out.printf(
                    "%-8s %-4s %-14s %9.0f %7.2f",
                    row.shape, row.operation, implementation, nanos, row.bytesPerPacket / nanos);
            REFERENCES.forEach(reference -> {
                List<Double> other = implementations.get(reference);
                double times = other == null ? 0 : row.time(reference, other).median() / nanos;
                out.printf(" %15s", other == null ? "-" : "%.2f".formatted(times));
            });
            out.println();
        }));
    }

    /** The time per packet and the rate of plaintext of each implementation. */
    Run run() {
        List<Series> series = new ArrayList<>();
        rows.forEach((row, implementations) -> implementations.forEach((implementation, passes) -> {
            series.add(row.time(implementation, passes));
            series.add(row.rate(implementation, passes));
        }));
        return new Run("aead", facts, missing, series);
    }
}
