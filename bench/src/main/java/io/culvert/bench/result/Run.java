package io.culvert.bench.result;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
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
 * @param machine what the figures must be read with (see {@link Machine}), the command and the versions of the contenders among it
 * @param missing what could not be measured, with the reason, by contender or by {@code contender: test}
 * @param series the figures
 */
public record Run(String kind, Map<String, String> machine, Map<String, String> missing, List<Series> series) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /** Copies its arguments. */
    public Run {
        machine = new LinkedHashMap<>(machine);
        missing = new LinkedHashMap<>(missing);
        series = List.copyOf(series);
    }

    /** When it began, as in ISO 8601, in UTC. */
    public String time() {
        return machine.getOrDefault("time", "unknown");
    }

    /** The series of a test, a contender and a metric. */
    public Optional<Series> find(String test, String contender, String metric) {
        return series.stream()
                .filter(one -> one.test().equals(test)
                        && one.contender().equals(contender)
                        && one.metric().equals(metric))
                .findFirst();
    }

    /** The name of its files, without an ending: such as {@code end-to-end-20261121T090024Z}. */
    public String name() {
        return kind + "-" + time().replaceAll("[-:]", "");
    }

    /**
     * Writes it as JSON into {@code directory}, which is made where it is not there.
     *
     * @return the file
     */
    public Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(name() + ".json");
        Files.writeString(file, GSON.toJson(this) + "\n");
        return file;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException when it cannot be read, or is no such file
     */
    public static Run read(Path file) throws IOException {
        try {
            Run run = GSON.fromJson(Files.readString(file), Run.class);
            if (run == null || run.kind == null) {
                throw new IOException(file + " holds no run of a benchmark");
            }
            return run;
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws in a bare RuntimeException.
            throw new IOException(file + " holds no run of a benchmark", e);
        }
    }
}
