package io.culvert.bench.gate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A file of what is expected, by class of machine (see {@link MachineClass}).
 *
 * @param classes what each class of machines gave
 */
record Baseline(Map<String, Entry> classes) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /**
     * One class of machines.
     *
     * @param measured when and at which commit
     * @param runs how many runs the expectations are of
     * @param ratios what is expected, by name of the ratio
     */
    record Entry(String measured, int runs, Map<String, Expectation> ratios) {
        /** Orders the ratios. */
        Entry {
            ratios = new TreeMap<>(ratios);
        }
    }

    /** Orders the classes. */
    Baseline {
        classes = new TreeMap<>(classes);
    }

    /** Nothing is expected of any machine. */
    static Baseline empty() {
        return new Baseline(Map.of());
    }

    /**
     * Reads one.
     *
     * @throws NoSuchFileException when there is none
     * @throws IOException when it cannot be read, or is none
     */
    static Baseline read(Path file) throws IOException {
        try {
            Baseline baseline = GSON.fromJson(Files.readString(file), Baseline.class);
            if (baseline != null) {
                return baseline;
            }
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws in a bare RuntimeException.
            throw new IOException(file + " holds no baseline: " + e.getMessage(), e);
        }
        throw new IOException(file + " holds no baseline");
    }

    /** Writes it, as {@link #read} reads it. */
    void write(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Files.writeString(file, GSON.toJson(this) + "\n");
    }

    /** What is expected of a class of machines. */
    Optional<Entry> of(String machineClass) {
        return Optional.ofNullable(classes.get(machineClass));
    }

    /** The same with another entry for a class; what that had and this has not stays as it was. */
    Baseline with(String machineClass, Entry entry) {
        Map<String, Entry> all = new TreeMap<>(classes);
        Map<String, Expectation> ratios =
                new TreeMap<>(of(machineClass).map(Entry::ratios).orElse(Map.of()));
        ratios.putAll(entry.ratios);
        all.put(machineClass, new Entry(entry.measured, entry.runs, ratios));
        return new Baseline(all);
    }
}
