// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.endtoend.EndToEnd;
import io.culvert.bench.endtoend.Plan;
import io.culvert.bench.endtoend.implementation.Implementations;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Compares the daemons of two builds, in tunnels between network namespaces. Each round measures both in new processes
 * and namespaces, beginning with the one and with the other in turn.
 */
final class TunnelPair implements Source {
    private static final int ROUNDS = 12;
    private static final int SECONDS = 2;
    private static final int WARM_UP = 5;

    private static final double PERCENT = 100;
    /** What a test that delivers nothing counts as, so that it has a logarithm. */
    private static final double LEAST_DELIVERED = 1e-3;

    private static final String LOST = "lost";
    private static final double SPEED = 0.05;
    private static final double DELIVERED = 0.003;
    private static final double MEDIAN = 0.15;
    private static final double P99 = 0.3;

    private static final double SLOWER = 1 / (1 + SelfTest.SLOWDOWN);
    private static final double ONE_PERCENT_LOST = 0.99;
    private static final double DOUBLED = 0.5;

    /** In the order of measurement: what needs compiled code most comes last. */
    private static final List<Row> ROWS = List.of(
            new Row("tcp1", "throughput", SPEED, SLOWER),
            new Row("tcp1", "cpu", SPEED, 1),
            new Row("tcp8", "throughput", SPEED, SLOWER),
            new Row("ping10ms", "median", MEDIAN, 1),
            new Row("ping10ms", "p99", P99, DOUBLED),
            new Row("pingload", "p99", P99, DOUBLED),
            new Row("small200", "packets", SPEED, SLOWER),
            new Row("udp1g", LOST, DELIVERED, ONE_PERCENT_LOST),
            new Row("tcp8@gateway", "throughput", SPEED, SLOWER));

    private final String reference;
    private final String command;
    private final boolean planted;
    private final Consumer<String> progress;

    /**
     * A figure of a test.
     *
     * @param tolerance the change that is not worth failing for
     * @param plantedFactor what the self-test multiplies its ratio by; 1 where it plants nothing
     */
    private record Row(String test, String metric, double tolerance, double plantedFactor) {
        String name(String reference) {
            return test + " " + (metric.equals(LOST) ? "delivered" : metric) + " / " + reference;
        }

        /** How many times as good the first figure is. */
        double ratio(double own, double other, boolean higherIsBetter) {
            if (metric.equals(LOST)) {
                return delivered(own) / delivered(other);
            }
            return higherIsBetter ? own / other : other / own;
        }

        private static double delivered(double lostPercent) {
            return Math.max(1 - lostPercent / PERCENT, LEAST_DELIVERED);
        }
    }

    /**
     * Compares this tree's daemon with another one.
     *
     * @param reference the name of the other build in names of ratios
     * @param command the command line of its daemon, with {@code {ifname}} for the interface
     * @param planted whether to plant faults into this tree's figures: 15 % less throughput, 1 % more of the datagrams
     *     lost, and twice the p99 of round trips
     * @param progress receives a line for each step
     */
    TunnelPair(String reference, String command, boolean planted, Consumer<String> progress) {
        this.reference = reference;
        this.command = command;
        this.planted = planted;
        this.progress = progress;
    }

    @Override
    public String title() {
        return "tunnels end to end, " + ROUNDS + " rounds of both builds";
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        ROWS.forEach(row -> names.add(row.name(reference)));
        return names;
    }

    @Override
    public double tolerance(String name) {
        return ROWS.stream()
                .filter(row -> row.name(reference).equals(name))
                .findFirst()
                .orElseThrow()
                .tolerance();
    }

    @Override
    public Set<String> planted() {
        Set<String> names = new LinkedHashSet<>();
        ROWS.stream().filter(row -> row.plantedFactor() < 1).forEach(row -> names.add(row.name(reference)));
        return names;
    }

    @Override
    public Optional<String> unavailableReason() {
        return EndToEndSource.missingRequirement();
    }

    @Override
    public boolean roundsAreIndependent() {
        return true;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) throws InterruptedException {
        Run run = new EndToEnd().run(plan(wanted), progress);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return ratios(run, wanted, failures);
    }

    /** The tests that give these ratios, for both builds. */
    Plan plan(Collection<String> wanted) {
        List<String> tests = ROWS.stream()
                .filter(row -> wanted.contains(row.name(reference)))
                .map(Row::test)
                .distinct()
                .toList();
        return Plan.thorough()
                .withImplementations(List.of(Implementations.CULVERT), Map.of(reference, command))
                .withTests(tests)
                .withNumbers(ROUNDS, SECONDS, WARM_UP);
    }

    /** The ratios of a run, round by round; {@code failures} receives the reasons for those that it lacks. */
    List<Ratio> ratios(Run run, Collection<String> wanted, Map<String, String> failures) {
        List<Ratio> ratios = new ArrayList<>();
        for (Row row : ROWS) {
            String name = row.name(reference);
            if (!wanted.contains(name)) {
                continue;
            }
            Optional<Series> own = run.find(row.test(), Implementations.CULVERT, row.metric());
            Optional<Series> other = run.find(row.test(), reference, row.metric());
            if (own.isPresent()
                    && other.isPresent()
                    && own.get().samples().size() == other.get().samples().size()) {
                ratios.add(new Ratio(name, samples(row, own.get(), other.get())));
            } else {
                failures.put(name, reason(run, row));
            }
        }
        return ratios;
    }

    private List<Double> samples(Row row, Series own, Series other) {
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < own.samples().size(); i++) {
            double ratio = row.ratio(own.samples().get(i), other.samples().get(i), own.higherIsBetter());
            samples.add(planted ? ratio * row.plantedFactor() : ratio);
        }
        return samples;
    }

    private String reason(Run run, Row row) {
        return Stream.of(Implementations.CULVERT, reference)
                .flatMap(side -> Stream.of(side, side + ": " + row.test()))
                .filter(run.missing()::containsKey)
                .map(what -> what + ": " + run.missing().get(what))
                .findFirst()
                .orElse("not measured");
    }
}
