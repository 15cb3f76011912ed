// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Metrics in Prometheus' text format, as Culvert writes them. Lines that are none are skipped. Immutable. */
public final class MetricsText {
    /**
     * One value.
     *
     * @param labels the values of labels by their names
     */
    public record Sample(String name, Map<String, String> labels, double value) {
        /** The value of a label, empty if the sample lacks it. */
        public String label(String label) {
            return labels.getOrDefault(label, "");
        }
    }

    private final List<Sample> samples = new ArrayList<>();

    /** Reads lines. */
    public MetricsText(List<String> lines) {
        for (String line : lines) {
            if (!line.startsWith("#")) {
                parse(line).ifPresent(samples::add);
            }
        }
    }

    /** The samples of a name, in their order. */
    public Stream<Sample> all(String name) {
        return samples.stream().filter(sample -> sample.name.equals(name));
    }

    /** The first sample of a name. */
    public Optional<Sample> first(String name) {
        return all(name).findFirst();
    }

    /** The sum of a name's samples; empty if it has none. */
    public OptionalDouble sum(String name) {
        return all(name).findAny().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(all(name).mapToDouble(Sample::value).sum());
    }

    /** Sums of a name's samples by the value of a label, ordered by that. */
    public Map<String, Double> by(String name, String label) {
        Map<String, Double> sums = new TreeMap<>();
        all(name).forEach(sample -> sums.merge(sample.label(label), sample.value, Double::sum));
        return sums;
    }

    /** {@code name{label="value",...} number}; a value has backslash, quote and newline escaped. */
    private static Optional<Sample> parse(String line) {
        int space = line.lastIndexOf(' ');
        int brace = line.indexOf('{');
        if (space < 0) {
            return Optional.empty();
        }
        try {
            double value = Double.parseDouble(line.substring(space + 1));
            if (brace < 0) {
                return Optional.of(new Sample(line.substring(0, space), Map.of(), value));
            }
            int close = line.lastIndexOf('}', space);
            return Optional.of(new Sample(line.substring(0, brace), labels(line.substring(brace + 1, close)), value));
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int equals = text.indexOf('=', at);
            String name = text.substring(at, equals);
            StringBuilder value = new StringBuilder();
            at = equals + 2;
            while (text.charAt(at) != '"') {
                if (text.charAt(at) == '\\') {
                    at++;
                    value.append(text.charAt(at) == 'n' ? '\n' : text.charAt(at));
                } else {
                    value.append(text.charAt(at));
                }
                at++;
            }
            labels.put(name, value.toString());
            // The quote and the comma.
            at += 2;
        }
        return labels;
    }
}
