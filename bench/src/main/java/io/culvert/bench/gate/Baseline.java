// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.culvert.bench.result.DeprecatedNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The expected ratios by class of machine (see {@link MachineClass}), as the baseline file holds them.
 *
 * @param classes the entries by name of the class
 */
record Baseline(Map<String, Entry> classes) {
    private static final String NONE = " holds no baseline, as --gate FILE --update writes it";
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /**
     * One class of machines.
     *
     * @param measured the time and the commit of the measurement
     * @param runs the number of runs that the thresholds come from
     * @param ratios the thresholds by name of the ratio
     */
    record Entry(String measured, int runs, Map<String, Threshold> ratios) {
        /** Orders the ratios, and gives them their present names. */
        Entry {
            ratios = DeprecatedNames.replaceRatios(ratios);
        }
    }

    /** Orders the classes. */
    Baseline {
        classes = new TreeMap<>(classes);
    }

    /** A baseline without any class. */
    static Baseline empty() {
        return new Baseline(Map.of());
    }

    /**
     * Reads a file.
     *
     * @throws NoSuchFileException if the file does not exist
     * @throws IOException if the file cannot be read or holds no baseline
     */
    static Baseline read(Path file) throws IOException {
        try {
            Baseline baseline = GSON.fromJson(Files.readString(file), Baseline.class);
            if (baseline != null) {
                return baseline;
            }
        } catch (RuntimeException e) {
            throw new IOException(file + NONE + reason(e), e);
        }
        throw new IOException(file + NONE + ": it is empty");
    }

    /** What is wrong with the text. Gson wraps exceptions of a record's constructor, whose messages name classes. */
    private static String reason(RuntimeException thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalArgumentException || cause instanceof JsonParseException) {
                return ": " + cause.getMessage();
            }
        }
        return ": it lacks \"classes\" or a part of them";
    }

    /** Writes the file that {@link #read} reads. */
    void write(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Files.writeString(file, GSON.toJson(this) + "\n");
    }

    /** The entry of a class of machines. */
    Optional<Entry> of(String machineClass) {
        return Optional.ofNullable(classes.get(machineClass));
    }

    /** The same baseline with another entry for a class. Ratios that only the earlier entry has are kept. */
    Baseline with(String machineClass, Entry entry) {
        Map<String, Entry> all = new TreeMap<>(classes);
        Map<String, Threshold> ratios =
                new TreeMap<>(of(machineClass).map(Entry::ratios).orElse(Map.of()));
        ratios.putAll(entry.ratios);
        all.put(machineClass, new Entry(entry.measured, entry.runs, ratios));
        return new Baseline(all);
    }
}
