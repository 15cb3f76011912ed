package io.culvert.bench.aead;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.culvert.bench.result.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The measurements of a run, as a table of ratios and as JSON. */
final class Report {
    /** The name under which {@code openssl speed} appears among the contenders. */
    static final String OPENSSL_SPEED = "openssl-speed";

    private static final List<String> BASELINES = List.of("jce-direct", "evp", OPENSSL_SPEED);
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    private final Map<String, String> facts = Machine.facts();
    private final Map<Row, Map<String, List<Double>>> rows = new LinkedHashMap<>();

    /** One line of the table. */
    private record Row(String shape, String operation, double bytesPerPacket) {}

    Report(String commandLine) {
        facts.put("openssl", OpensslSpeed.version().orElse("none"));
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

    /** Prints, for each contender, the best pass and how many times as fast as each baseline that is. */
    void print(PrintStream out) {
        facts.forEach((name, value) -> out.printf("%-16s %s%n", name, value));
        out.printf("%n%-8s %-4s %-13s %9s %7s", "train", "op", "contender", "ns/packet", "GB/s");
        BASELINES.forEach(baseline -> out.printf(" %15s", "x " + baseline));
        out.println();
        rows.forEach((row, contenders) -> contenders.forEach((contender, passes) -> {
            double nanos = best(passes);
            out.printf(
                    "%-8s %-4s %-13s %9.0f %7.2f",
                    row.shape, row.operation, contender, nanos, row.bytesPerPacket / nanos);
            BASELINES.forEach(baseline -> {
                List<Double> other = contenders.get(baseline);
                out.printf(" %15s", other == null ? "-" : "%.2f".formatted(best(other) / nanos));
            });
            out.println();
        }));
    }

    /** Writes the JSON into {@code directory}; gives the file. */
    Path write(Path directory) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("benchmark", "aead");
        json.put("machine", facts);
        List<Map<String, Object>> results = new ArrayList<>();
        rows.forEach((row, contenders) -> contenders.forEach((contender, passes) -> {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("train", row.shape);
            result.put("operation", row.operation);
            result.put("contender", contender);
            result.put("nanosPerPacket", best(passes));
            result.put("gigabytesPerSecond", row.bytesPerPacket / best(passes));
            for (String baseline : BASELINES) {
                if (contenders.containsKey(baseline)) {
                    result.put("times " + baseline, best(contenders.get(baseline)) / best(passes));
                }
            }
            result.put("passes", passes);
            results.add(result);
        }));
        json.put("results", results);
        Files.createDirectories(directory);
        String stamp = facts.get("time").replaceAll("[-:]", "");
        Path file = directory.resolve("aead-" + stamp + ".json");
        Files.writeString(file, GSON.toJson(json) + "\n");
        return file;
    }

    private static double best(List<Double> passes) {
        return passes.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }
}
