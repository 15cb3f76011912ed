// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.result;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Names that benchmarks no longer use, with the present ones. Recorded runs and baselines are never edited: reading one
 * translates it. A command line may use an old name until the next release, with a warning.
 */
public final class DeprecatedNames {
    private static final Map<String, String> OPTIONS = Map.of("--contenders", "--implementations");
    private static final Map<String, String> IMPLEMENTATIONS = Map.of("floor", "no-crypto");
    private static final Map<String, String> METRICS = Map.of("passage", "time to first packet");
    private static final Map<String, String> SERIES_KEYS = Map.of("contender", "implementation");

    /** Before the name of an implementation, in the facts of a run. */
    private static final String VERSION_OF = "version of ";

    /** Between the name of an implementation and a test, in the reasons of a run for what it lacks. */
    private static final String TEST_OF = ": ";

    /** Between a ratio and the implementation that it refers to, in baselines. */
    private static final String REFERENCE = " / ";

    private DeprecatedNames() {}

    /**
     * Replaces deprecated options of a command line: {@code --old} and {@code --old=VALUE}.
     *
     * @param warnings receives a warning for each
     */
    public static String[] replaceOptions(String[] arguments, Consumer<String> warnings) {
        return Arrays.stream(arguments)
                .map(argument -> {
                    int end = argument.indexOf('=');
                    String name = end < 0 ? argument : argument.substring(0, end);
                    return present(OPTIONS, name, warnings) + argument.substring(name.length());
                })
                .toArray(String[]::new);
    }

    /** Replaces deprecated names of implementations on a command line; {@code warnings} receives a warning for each. */
    public static List<String> replaceImplementations(List<String> names, Consumer<String> warnings) {
        return names.stream()
                .map(name -> present(IMPLEMENTATIONS, name, warnings))
                .toList();
    }

    private static String present(Map<String, String> names, String name, Consumer<String> warnings) {
        String present = names.getOrDefault(name, name);
        if (!present.equals(name)) {
            warnings.accept(name + " is deprecated and will be removed in the next release: use " + present);
        }
        return present;
    }

    /**
     * The values of a baseline by the present names of their ratios, such as {@code end-to-end tcp1 cpu / no-crypto}.
     */
    public static <V> Map<String, V> replaceRatios(Map<String, V> ratios) {
        Map<String, V> replaced = new TreeMap<>();
        ratios.forEach((name, value) -> {
            int reference = name.lastIndexOf(REFERENCE) + REFERENCE.length();
            replaced.put(
                    reference < REFERENCE.length()
                            ? name
                            : name.substring(0, reference) + implementation(name.substring(reference)),
                    value);
        });
        return replaced;
    }

    /** Replaces the deprecated names in the JSON of a run; what is malformed is left for the reader to reject. */
    static void replaceIn(JsonObject run) {
        replaceKeys(
                run,
                "machine",
                name -> name.startsWith(VERSION_OF)
                        ? VERSION_OF + implementation(name.substring(VERSION_OF.length()))
                        : name);
        replaceKeys(run, "missing", name -> {
            int end = name.indexOf(TEST_OF);
            return end < 0 ? implementation(name) : implementation(name.substring(0, end)) + name.substring(end);
        });
        if (run.has("series")) {
            run.getAsJsonArray("series").forEach(one -> replaceInSeries(one.getAsJsonObject()));
        }
    }

    private static void replaceInSeries(JsonObject series) {
        SERIES_KEYS.forEach((old, present) -> {
            if (series.has(old)) {
                series.add(present, series.remove(old));
            }
        });
        replaceValue(series, "implementation", IMPLEMENTATIONS);
        replaceValue(series, "metric", METRICS);
    }

    private static void replaceValue(JsonObject object, String key, Map<String, String> names) {
        if (object.has(key)) {
            String value = object.get(key).getAsString();
            object.addProperty(key, names.getOrDefault(value, value));
        }
    }

    private static void replaceKeys(JsonObject run, String member, UnaryOperator<String> present) {
        if (!run.has(member)) {
            return;
        }
        JsonObject replaced = new JsonObject();
        for (Map.Entry<String, JsonElement> entry : run.getAsJsonObject(member).entrySet()) {
            replaced.add(present.apply(entry.getKey()), entry.getValue());
        }
        run.add(member, replaced);
    }

    private static String implementation(String name) {
        return IMPLEMENTATIONS.getOrDefault(name, name);
    }
}
