// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.result;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a benchmark.
 *
 * @param kind which benchmark: {@code end-to-end}, {@code aead}, {@code aead-starts}, {@code jmh}
 * @param machine the machine (see {@link Machine}), the command and the versions of the implementations
 * @param missing the reasons for what could not be measured, by implementation or by {@code implementation: test}
 * @param series the figures
 */
public record Run(String kind, Map<String, String> machine, Map<String, String> missing, List<Series> series) {
    /** The default directory of recorded runs, relative to the working directory. */
    public static final String DIRECTORY = "perf-results";

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /** Copies its arguments. */
    public Run {
        machine = new LinkedHashMap<>(machine);
        missing = new LinkedHashMap<>(missing);
        series = List.copyOf(series);
    }

    /** The time of its start in ISO 8601, in UTC; {@code unknown} if it has none. */
    public String time() {
        return machine.getOrDefault("time", "unknown");
    }

    /** The series of a test, an implementation and a metric. */
    public Optional<Series> find(String test, String implementation, String metric) {
        return series.stream()
                .filter(one -> one.test().equals(test)
                        && one.implementation().equals(implementation)
                        && one.metric().equals(metric))
                .findFirst();
    }

    /** The name of its files without an ending, such as {@code end-to-end-20261121T090024Z}. */
    public String name() {
        return kind + "-" + time().replaceAll("[-:]", "");
    }

    /**
     * Writes it as JSON into {@code directory}, which is created if necessary.
     *
     * @return the file
     * @throws IOException if it cannot be written
     */
    public Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(name() + ".json");
        Files.writeString(file, json());
        return file;
    }

    /** As JSON, which {@link #read} reads. */
    public String json() {
        return GSON.toJson(this) + "\n";
    }

    /**
     * Reads a run that {@link #write} wrote, also by an earlier version (see {@link DeprecatedNames}).
     *
     * @throws IOException if the file cannot be read or holds no run
     */
    public static Run read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a directory: name the files of runs in it");
        }
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            DeprecatedNames.replaceIn(json);
            Run run = GSON.fromJson(json, Run.class);
            if (run.kind == null) {
                throw new IOException(file + " holds no run of a benchmark");
            }
            return run;
        } catch (RuntimeException e) {
            // Gson wraps exceptions of a record's constructor in a bare RuntimeException.
            throw new IOException(file + " holds no run of a benchmark", e);
        }
    }
}
