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
 * What is measured of some suites: in each pass every task, its contenders in turn, so that what disturbs the machine disturbs
 * all of them; each measurement in a JVM of its own. A sample is the median of a measurement's iterations.
 */
final class Measurements {
    private static final int MAX_NAME = 60;
    /** What JMH itself allocates in an iteration, of which slow operations get a large share each. */
    private static final double JMH_BYTES = 32_768;

    private final List<Suite> suites;
    private final int millis;
    private final PrintStream progress;
    private final Map<Key, Samples> samples = new LinkedHashMap<>();
    private final Map<String, String> missing = new TreeMap<>();
    private boolean failed;

    private record Key(Suite suite, Task task, String contender) {
        String test() {
            return suite.name() + " " + task.name();
        }
    }

    /** Of one contender at one task, by pass. */
    private static final class Samples {
        final List<Double> nanos = new ArrayList<>();
        final List<Double> allocated = new ArrayList<>();
        final Map<String, List<Double>> shares = new TreeMap<>();
    }

    /**
     * Nothing yet.
     *
     * @param millis how long each of JMH's iterations takes
     * @param progress hears of each measurement
     */
    Measurements(List<Suite> suites, int millis, PrintStream progress) {
        this.suites = suites;
        this.millis = millis;
        this.progress = progress;
    }

    /** Measures everything once more. */
    void pass(String title) {
        for (Suite suite : suites) {
            for (Task task : suite.tasks()) {
                if (task.whyNot() != null) {
                    missing.put(suite.name() + " " + task.name(), task.whyNot());
                    continue;
                }
                progress.printf("%s, %s %s%n", title, suite.name(), task.name());
                for (String contender : task.contenders()) {
                    measure(new Key(suite, task, contender));
                }
            }
        }
    }

    private void measure(Key key) {
        Task task = key.task;
        ChainedOptionsBuilder options = Forks.options(
                        task.benchmark(), task.method(), millis, List.of("-XX:+UseSerialGC"))
                .param("contender", key.contender);
        task.parameters().forEach(options::param);
        RunResult result;
        try {
            result = Forks.run(options);
        } catch (RunnerException e) {
            failed = true;
            missing.put(key.contender + ": " + key.test(), String.valueOf(e.getMessage()));
            progress.printf("  %-22s failed: %s%n", key.contender, e.getMessage());
            return;
        }
        Samples of = samples.computeIfAbsent(key, k -> new Samples());
        double nanos = result.getPrimaryResult().getStatistics().getPercentile(50);
        of.nanos.add(nanos);
        of.allocated.add(Forks.allocated(result));
        shares(result)
                .forEach((name, share) ->
                        of.shares.computeIfAbsent(name, n -> new ArrayList<>()).add(share));
        progress.printf(Locale.ROOT, "  %-22s %12.1f ns/%s%n", key.contender, nanos, task.unit());
    }

    /** What a benchmark counted beside the time, as percentages of its count {@code all}. */
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

    /** What could not be measured, with the reason. */
    Map<String, String> missing() {
        return missing;
    }

    /** Whether a measurement broke off. */
    boolean failed() {
        return failed;
    }

    /** All figures: times, rates where an operation has a size, allocated bytes, and what else was counted. */
    List<Series> series() {
        List<Series> all = new ArrayList<>();
        samples.forEach((key, of) -> {
            Task task = key.task;
            all.add(new Series(key.test(), key.contender, "time", "ns/" + task.unit(), false, of.nanos));
            if (task.bytes() > 0) {
                List<Double> rates =
                        of.nanos.stream().map(n -> task.bytes() / n).toList();
                all.add(new Series(key.test(), key.contender, "rate", "GB/s", true, rates));
                List<Double> things = of.nanos.stream().map(n -> 1e3 / n).toList();
                all.add(new Series(key.test(), key.contender, "throughput", "M" + task.unit() + "s/s", true, things));
            }
            all.add(new Series(key.test(), key.contender, "allocated", "B/" + task.unit(), false, of.allocated));
            of.shares.forEach((name, shares) ->
                    all.add(new Series(key.test(), key.contender, name, "per 100 trains", false, shares)));
        });
        return all;
    }

    /** Where Culvert's part allocates more than it may, in words; empty when it nowhere does. */
    List<String> allocating() {
        List<String> found = new ArrayList<>();
        samples.forEach((key, of) -> {
            double most =
                    of.allocated.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
            double own = JMH_BYTES * median(of.nanos) / (millis * 1e6);
            if (key.contender.equals(Task.CULVERT) && most >= key.task.allowedBytes() + own) {
                found.add(String.format(Locale.ROOT, "%s: %.2f B/%s", key.test(), most, key.task.unit()));
            }
        });
        return found;
    }

    /** Prints, for each contender, the median of its passes, and how many times as long as Culvert it takes. */
    void print(PrintStream out) {
        for (Suite suite : suites) {
            out.printf("%n%s: %s%ncompared with %s%n", suite.name(), suite.what(), suite.comparedWith());
            out.printf("%-" + MAX_NAME + "s %-22s %12s %7s %8s %8s%n", "", "", "ns", "spread", "time x", "B alloc.");
            for (Task task : suite.tasks()) {
                print(out, suite, task);
            }
        }
        missing.forEach((what, why) -> out.printf("missing: %s: %s%n", what, why));
    }

    private void print(PrintStream out, Suite suite, Task task) {
        Samples own = samples.get(new Key(suite, task, Task.CULVERT));
        for (String contender : task.contenders()) {
            Key key = new Key(suite, task, contender);
            Samples of = samples.get(key);
            if (of == null) {
                continue;
            }
            Series time = new Series(key.test(), contender, "time", "ns", false, of.nanos);
            double ratio = own == null ? Double.NaN : time.median() / median(own.nanos);
            out.printf(
                    Locale.ROOT,
                    "%-" + MAX_NAME + "s %-22s %12.1f %6.0f%% %8.2f %8.2f%s%n",
                    task.name() + ", per " + task.unit(),
                    contender,
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
        return new Series("", "", "", "", false, values).median();
    }
}
