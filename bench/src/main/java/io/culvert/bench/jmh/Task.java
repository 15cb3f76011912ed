// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An operation of several implementations, measured by one JMH benchmark with a parameter {@code implementation}.
 *
 * @param name within its suite
 * @param benchmark the benchmark's class
 * @param method its method or group
 * @param parameters its other parameters
 * @param implementations Culvert first, then the references
 * @param unit what one operation handles, such as {@code packet}
 * @param bytes of the unit, for a rate; 0 for no rate
 * @param allowedBytes Culvert must allocate less per operation; infinite outside of the data path
 * @param quick whether quick runs include it
 * @param unavailableReason the reason why it cannot be measured on this machine; empty if it can
 */
record Task(
        String name,
        Class<?> benchmark,
        String method,
        Map<String, String> parameters,
        List<String> implementations,
        String unit,
        double bytes,
        double allowedBytes,
        boolean quick,
        Optional<String> unavailableReason) {
    /** The name of Culvert's part. */
    static final String CULVERT = "culvert";

    /** A task of Culvert alone that may allocate and is not in quick runs. */
    static Task of(String name, Class<?> benchmark, String method) {
        return new Task(
                name,
                benchmark,
                method,
                Map.of(),
                List.of(CULVERT),
                "op",
                0,
                Double.POSITIVE_INFINITY,
                false,
                Optional.empty());
    }

    /** This task with another parameter. */
    Task with(String parameter, Object value) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put(parameter, value.toString());
        return new Task(
                name, benchmark, method, all, implementations, unit, bytes, allowedBytes, quick, unavailableReason);
    }

    /** This task with references. */
    Task against(String... others) {
        List<String> all = new ArrayList<>(List.of(CULVERT));
        all.addAll(List.of(others));
        return new Task(
                name,
                benchmark,
                method,
                parameters,
                List.copyOf(all),
                unit,
                bytes,
                allowedBytes,
                quick,
                unavailableReason);
    }

    /** This task with operations on a unit of {@code newBytes} bytes. */
    Task per(String newUnit, double newBytes) {
        return new Task(
                name,
                benchmark,
                method,
                parameters,
                implementations,
                newUnit,
                newBytes,
                allowedBytes,
                quick,
                unavailableReason);
    }

    /** This task, at which Culvert must allocate less than {@code allowed} bytes per operation. */
    Task allocatingLessThan(double allowed) {
        return new Task(
                name, benchmark, method, parameters, implementations, unit, bytes, allowed, quick, unavailableReason);
    }

    /** This task, at which Culvert must not allocate. */
    Task allocatingNothing() {
        return allocatingLessThan(Forks.OBJECT_BYTES / 2);
    }

    /** This task, also in quick runs if {@code inQuickRuns}. */
    Task quickIf(boolean inQuickRuns) {
        return new Task(
                name,
                benchmark,
                method,
                parameters,
                implementations,
                unit,
                bytes,
                allowedBytes,
                inQuickRuns,
                unavailableReason);
    }

    /** This task, unavailable if there is a reason. */
    Task unless(Optional<String> reason) {
        return new Task(name, benchmark, method, parameters, implementations, unit, bytes, allowedBytes, quick, reason);
    }
}
