// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import io.culvert.bench.result.Series;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/**
 * The measurements of some suites. Each pass measures all implementations of all tasks, so that a disturbance of the
 * machine affects all of them; each measurement has a JVM of its own. A sample is the median of a measurement's
 * iterations.
 */
final class Measurements {
    private static final int MAX_NAME = 60;
    /** Bytes that JMH itself allocates per iteration; slow operations have a large share each. */
    private static final double JMH_BYTES = 32_768;

    private final List<Suite> suites;
    private final int millis;
    private final PrintStream progress;
    private final Map<Key, Samples> samples = new LinkedHashMap<>();
    private final Map<String, String> missing = new TreeMap<>();
    private boolean failed;

    private record Key(Suite suite, Task task, String implementation) {
        String test() {
            return suite.name() + " " + task.name();
        }
    }

    /** The samples of one implementation at one task, one per pass. */
    private static final class Samples {
        final List<Double> nanos = new ArrayList<>();
        final List<Double> allocated = new ArrayList<>();
        final Map<String, List<Double>> shares = new TreeMap<>();
    }

    /**
     * Measurements without any pass.
     *
     * @param millis the duration of an iteration of JMH
     * @param progress receives a line for each measurement
     */
    Measurements(List<Suite> suites, int millis, PrintStream progress) {
        this.suites = suites;
        this.millis = millis;
        this.progress = progress;
    }

    /** Measures all tasks once. */
    void pass(String title) {
        for (Suite suite : suites) {
            for (Task task : suite.tasks()) {
                if (task.unavailableReason().isPresent()) {
                    missing.put(
                            suite.name() + " " + task.name(),
                            task.unavailableReason().get());
                    continue;
                }
                progress.printf("%s, %s %s%n", title, suite.name(), task.name());
                for (String implementation : task.implementations()) {
                    measure(new Key(suite, task, implementation));
                }
            }
        }
    }

    private void measure(Key key) {
        Task task = key.task;
        ChainedOptionsBuilder options = Forks.options(
                        task.benchmark(), task.method(), millis, List.of("-XX:+UseSerialGC"))
                .param("implementation", key.implementation);
        task.parameters().forEach(options::param);
        RunResult result;
        try {
            result = Forks.run(options);
        } catch (RunnerException e) {
            failed = true;
            missing.put(key.implementation + ": " + key.test(), String.valueOf(e.getMessage()));
            progress.printf("  %-22s failed: %s%n", key.implementation, e.getMessage());
            return;
        }
        Samples of = samples.computeIfAbsent(key, k -> new Samples());
        double nanos = result.getPrimaryResult().getStatistics().getPercentile(50);
        of.nanos.add(nanos);
        of.allocated.add(Forks.allocated(result));
        shares(result)
                .forEach((name, share) ->
                        of.shares.computeIfAbsent(name, n -> new ArrayList<>()).add(share));
        progress.printf(Locale.ROOT, "  %-22s %12.1f ns/%s%n", key.implementation, nanos, task.unit());
    }

    /** A benchmark's auxiliary counters, as percentages of its counter {@code all}. */
    private static Map<String, Double> shares(RunResult result) {
        Map<String, Double> counts = new TreeMap<>();
        result.getSecondaryResults().forEach((name, count) -> counts.put(name, count.getScore()));
        Double all = counts.remove("all");
        Map<String, Double> shares = new TreeMap<>();
        counts.forEach((name, count) -> {
            if (all != null && name.indexOf('.') < 0) {
                shares.put(name, 100 * count / all);
            }
        });
        return shares;
    }

    /** The reasons for what could not be measured. */
    Map<String, String> missing() {
        return missing;
    }

    /** Whether a measurement failed. */
    boolean failed() {
        return failed;
    }

    /** All figures: times, rates if an operation has a size, allocated bytes, and auxiliary counters. */
    List<Series> series() {
        List<Series> all = new ArrayList<>();
        samples.forEach((key, of) -> {
            Task task = key.task;
            all.add(new Series(key.test(), key.implementation, "time", "ns/" + task.unit(), false, of.nanos));
            if (task.bytes() > 0) {
                List<Double> rates =
                        of.nanos.stream().map(n -> task.bytes() / n).toList();
                all.add(new Series(key.test(), key.implementation, "rate", "GB/s", true, rates));
                List<Double> things = of.nanos.stream().map(n -> 1e3 / n).toList();
                all.add(new Series(
                        key.test(), key.implementation, "throughput", "M" + task.unit() + "s/s", true, things));
            }
            all.add(new Series(key.test(), key.implementation, "allocated", "B/" + task.unit(), false, of.allocated));
            of.shares.forEach((name, shares) ->
                    all.add(new Series(key.test(), key.implementation, name, "per 100 trains", false, shares)));
        });
        return all;
    }

    /** The tasks at which Culvert's part allocates more than allowed, with the bytes. */
    List<String> allocating() {
        List<String> found = new ArrayList<>();
        samples.forEach((key, of) -> {
            double most =
                    of.allocated.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
            double own = JMH_BYTES * median(of.nanos) / (millis * 1e6);
            if (key.implementation.equals(Task.CULVERT) && most >= key.task.allowedBytes() + own) {
                found.add(String.format(Locale.ROOT, "%s: %.2f B/%s", key.test(), most, key.task.unit()));
            }
        });
        return found;
    }

    /** Prints the median of each implementation, and how many times as long as Culvert it takes. */
    void print(PrintStream out) {
        for (Suite suite : suites) {
            out.printf("%n%s: %s%nreferences: %s%n", suite.name(), suite.what(), suite.references());
            out.printf("%-" + MAX_NAME + "s %-22s %12s %7s %8s %8s%n", "", "", "ns", "spread", "time x", "B alloc.");
            for (Task task : suite.tasks()) {
                print(out, suite, task);
            }
        }
        missing.forEach((what, reason) -> out.printf("not measured: %s: %s%n", what, reason));
    }

    private void print(PrintStream out, Suite suite, Task task) {
        Samples own = samples.get(new Key(suite, task, Task.CULVERT));
        for (String implementation : task.implementations()) {
            Key key = new Key(suite, task, implementation);
            Samples of = samples.get(key);
            if (of == null) {
                continue;
            }
            Series time = new Series(key.test(), implementation, "time", "ns", false, of.nanos);
            double ratio = own == null ? Double.NaN : time.median() / median(own.nanos);
            out.printf(
                    Locale.ROOT,
                    "%-" + MAX_NAME + "s %-22s %12.1f %6.0f%% %8.2f %8.2f%s%n",
                    task.name() + ", per " + task.unit(),
                    implementation,
                    time.median(),
                    100 * time.spread(),
                    ratio,
                    median(of.allocated),
                    extras(task, of));
        }
    }

    private static String extras(Task task, Samples of) {
        StringBuilder text = new StringBuilder();
        if (task.bytes() > 0) {
            double nanos = median(of.nanos);
            text.append(String.format(
                    Locale.ROOT, "  %.2f M%ss/s, %.2f GB/s", 1e3 / nanos, task.unit(), task.bytes() / nanos));
        }
        of.shares.forEach((name, shares) ->
                text.append(String.format(Locale.ROOT, ", %.1f %s per 100 trains", median(shares), name)));
        return text.toString();
    }

    private static double median(List<Double> values) {
        return Series.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
