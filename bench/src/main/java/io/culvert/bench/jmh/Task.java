package io.culvert.bench.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that several contenders do in turn, by one JMH benchmark with a parameter {@code contender}.
 *
 * @param name within its suite
 * @param benchmark the benchmark's class
 * @param method its method or group
 * @param parameters its other parameters
 * @param contenders who is measured: Culvert's own part first, what it is compared with after it
 * @param unit what one operation handles, such as {@code packet}
 * @param bytes how many bytes that are, for a rate; 0 for none
 * @param allowedBytes how much less than which the first contender must allocate for each operation; infinite where it is
 *     not of the data path
 * @param quick whether it is also part of a quick run
 * @param whyNot why it cannot be measured here; {@code null} where it can
 */
record Task(
        String name,
        Class<?> benchmark,
        String method,
        Map<String, String> parameters,
        List<String> contenders,
        String unit,
        double bytes,
        double allowedBytes,
        boolean quick,
        String whyNot) {
    /** The name of Culvert's own part. */
    static final String CULVERT = "culvert";

    /** Culvert alone, one operation at a time, allocating what it will, not in quick runs. */
    static Task of(String name, Class<?> benchmark, String method) {
        return new Task(
                name, benchmark, method, Map.of(), List.of(CULVERT), "op", 0, Double.POSITIVE_INFINITY, false, null);
    }

    /** The same with one parameter more. */
    Task with(String parameter, Object value) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put(parameter, value.toString());
        return new Task(name, benchmark, method, all, contenders, unit, bytes, allowedBytes, quick, whyNot);
    }

    /** The same, Culvert compared with others. */
    Task against(String... others) {
        List<String> all = new ArrayList<>(List.of(CULVERT));
        all.addAll(List.of(others));
        return new Task(
                name, benchmark, method, parameters, List.copyOf(all), unit, bytes, allowedBytes, quick, whyNot);
    }

    /** The same, for operations on a thing of so many bytes. */
    Task per(String thing, double thingBytes) {
        return new Task(
                name, benchmark, method, parameters, contenders, thing, thingBytes, allowedBytes, quick, whyNot);
    }

    /** The same, of which Culvert's part must allocate less than so much for each operation. */
    Task allocatingLessThan(double allowed) {
        return new Task(name, benchmark, method, parameters, contenders, unit, bytes, allowed, quick, whyNot);
    }

    /** The same, of which Culvert's part must allocate nothing. */
    Task allocatingNothing() {
        return allocatingLessThan(Forks.OBJECT_BYTES / 2);
    }

    /** The same, also in quick runs if so told. */
    Task quickIf(boolean inQuickRuns) {
        return new Task(
                name, benchmark, method, parameters, contenders, unit, bytes, allowedBytes, inQuickRuns, whyNot);
    }

    /** The same, which cannot be measured here where a reason is given. */
    Task unless(String reason) {
        return new Task(name, benchmark, method, parameters, contenders, unit, bytes, allowedBytes, quick, reason);
    }
}
