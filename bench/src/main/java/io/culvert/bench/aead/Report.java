package io.culvert.bench.aead;

import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The measurements of a run, as a table of ratios and as a run. */
final class Report {
    /** The name under which {@code openssl speed} appears among the contenders. */
    static final String OPENSSL_SPEED = "openssl-speed";

    private static final List<String> BASELINES = List.of("jce-direct", "evp", OPENSSL_SPEED);

    private final Map<String, String> facts = Machine.facts();
    private final Map<Row, Map<String, List<Double>>> rows = new LinkedHashMap<>();

    /** One line of the table. */
    private record Row(String shape, String operation, double bytesPerPacket) {
        Series time(String contender, List<Double> nanos) {
            return new Series(operation + " " + shape, contender, "time", "ns/packet", false, nanos);
        }

        Series rate(String contender, List<Double> nanos) {
            List<Double> rates = nanos.stream().map(one -> bytesPerPacket / one).toList();
            return new Series(operation + " " + shape, contender, "rate", "GB/s", true, rates);
        }
    }

    Report(String commandLine) {
        OpensslSpeed.version().ifPresent(version -> facts.put("openssl", version));
        facts.put("command", commandLine);
    }

    void put(String name, String value) {
        facts.put(name, value);
    }

    /** Adds one pass's result. */
    void add(TrainShape shape, String operation, String contender, double nanosPerPacket) {
        rows.computeIfAbsent(
                        new Row(shape.name(), operation, (double) shape.bytes() / shape.count()),
                        row -> new LinkedHashMap<>())
                .computeIfAbsent(contender, name -> new ArrayList<>())
                .add(nanosPerPacket);
    }

    /** Prints, for each contender, the median of its passes and how many times as fast as each baseline that is. */
    void print(PrintStream out) {
        facts.forEach((name, value) -> out.printf("%-16s %s%n", name, value));
        out.printf("%n%-8s %-4s %-13s %9s %7s", "train", "op", "contender", "ns/packet", "GB/s");
        BASELINES.forEach(baseline -> out.printf(" %15s", "x " + baseline));
        out.println();
        rows.forEach((row, contenders) -> contenders.forEach((contender, passes) -> {
            double nanos = row.time(contender, passes).median();
            out.printf(
                    "%-8s %-4s %-13s %9.0f %7.2f",
                    row.shape, row.operation, contender, nanos, row.bytesPerPacket / nanos);
            BASELINES.forEach(baseline -> {
                List<Double> other = contenders.get(baseline);
                double times = other == null ? 0 : row.time(baseline, other).median() / nanos;
                out.printf(" %15s", other == null ? "-" : "%.2f".formatted(times));
            });
            out.println();
        }));
    }

    /** What was measured: for each contender the time of a packet, and the rate of plaintext that this is. */
    Run run() {
        List<Series> series = new ArrayList<>();
        rows.forEach((row, contenders) -> contenders.forEach((contender, passes) -> {
            series.add(row.time(contender, passes));
            series.add(row.rate(contender, passes));
        }));
        Map<String, String> missing = new LinkedHashMap<>();
        if (!facts.containsKey("openssl")) {
            missing.put(OPENSSL_SPEED, "there is no openssl program");
        }
        return new Run("aead", facts, missing, series);
    }
}
