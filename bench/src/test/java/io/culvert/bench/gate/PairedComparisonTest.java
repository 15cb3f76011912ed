// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The judgement on two builds, by simulated runs with fixed seeds. */
class PairedComparisonTest {
    private static final int RUNS = 1000;
    private static final double POWER = 0.95;
    private static final int OTHERS = 14;
    private static final String NAME = "made up / other";

    /** Each planted fault, on its own, is found in at least 95 of 100 runs. */
    @Test
    void plantedFaultsAreFound() throws Exception {
        Map<String, Integer> found = new LinkedHashMap<>();
        Set<String> planted = Set.of();
        for (long seed = 0; seed < RUNS; seed++) {
            NoisyPair pair = new NoisyPair(seed, true);
            planted = pair.planted();
            compare(pair).regressed().forEach(name -> found.merge(name, 1, Integer::sum));
        }
        assertThat(planted)
                .hasSize(13)
                .allSatisfy(name -> assertThat(found.get(name))
                        .as("%s: runs that found the fault, of %d", name, RUNS)
                        .isGreaterThanOrEqualTo((int) (POWER * RUNS)));
        assertThat(found.getOrDefault("ping10ms median / other", 0))
                .as("runs that found what was not planted")
                .isLessThanOrEqualTo((int) (PairedComparison.FALSE_ALARMS * RUNS));
    }

    /** Of 100 runs with equal builds, at most 5 find anything. */
    @Test
    void equalBuildsPass() throws Exception {
        int alarms = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            alarms += compare(new NoisyPair(seed, false)).regressed().isEmpty() ? 0 : 1;
        }
        assertThat(alarms).as("runs with a false alarm").isLessThanOrEqualTo((int)
                (PairedComparison.FALSE_ALARMS * RUNS));
    }

    @Test
    void whatLooksLowerIsMeasuredAgainAndJudgedWithAllSamples() throws Exception {
        Script script = new Script(0.05, samples(0.8, 9, 1.1, 1), samples(0.8, 10, 1, 0));
        PairedComparison comparison = compare(script);
        assertThat(comparison.outcomes().get(NAME).ratio().samples()).hasSize(20);
        assertThat(comparison.regressed()).containsExactly(NAME);
        assertThat(script.left).isEmpty();
    }

    /** If all rounds of the first look are lower, they decide: the chance is 1 in 4,096. */
    @Test
    void clearFallsNeedNoRepetition() throws Exception {
        assertThat(compare(new Script(0.05, samples(0.8, 12, 1, 0))).regressed())
                .containsExactly(NAME);
    }

    /** However certain, a change within the tolerance does not fail. */
    @Test
    void smallFallsAreTolerated() throws Exception {
        double[] lower = samples(0.96, 12, 1, 0);
        Script script = new Script(0.05, lower, lower, lower, lower, lower);
        PairedComparison comparison = compare(script);
        assertThat(comparison.outcomes().get(NAME).chance()).isLessThan(1e-6);
        assertThat(comparison.regressed()).isEmpty();
        assertThat(script.left).isEmpty();
    }

    /** A loss of 1 % of packets is seen although other rounds are equal to the last digit. */
    @Test
    void equalSamplesAreNoEvidence() throws Exception {
        Script script = new Script(0.003, samples(0.99, 5, 1, 5), samples(0.99, 6, 1, 4), samples(0.99, 6, 1, 4));
        assertThat(compare(script).regressed()).containsExactly(NAME);
        assertThat(compare(new Script(0.003, samples(1, 10, 1, 0))).regressed()).isEmpty();
    }

    @Test
    void failedMeasurementsAreNamedAndDecideNothing() throws Exception {
        PairedComparison comparison = compare(new Script(0.05, samples(0.8, 9, 1.1, 1), new double[0]));
        assertThat(comparison.failed()).containsOnly(Map.entry(NAME, "culvert: in round 2: no answer"));
        assertThat(comparison.regressed()).isEmpty();
    }

    @Test
    void whatCannotBeMeasuredHereIsNamedAndCounts() throws Exception {
        PairedComparison comparison = compare(new Script(0.05, samples(1, 12, 1, 0)));
        assertThat(comparison.unavailable()).hasSize(OTHERS).containsEntry("absent 0", "needs root");
        assertThat(comparison.level()).isEqualTo(0.05 / (1 + OTHERS) / PairedComparison.LOOKS);
    }

    private static PairedComparison compare(NoisyPair pair) throws Exception {
        return compare(List.of(pair));
    }

    /** With as many other ratios as the gate has. */
    private static PairedComparison compare(Script script) throws Exception {
        return compare(List.of(script, new Absent()));
    }

    private static PairedComparison compare(List<Source> sources) throws Exception {
        PairedComparison comparison = new PairedComparison(sources, what -> {});
        comparison.run();
        return comparison;
    }

    /** Samples, of which {@code many} are near {@code value} and {@code few} near {@code other}. */
    private static double[] samples(double value, int many, double other, int few) {
        double[] samples = new double[many + few];
        Arrays.fill(samples, value);
        Arrays.fill(samples, 0, few, other);
        return samples;
    }

    /** A source of one ratio. */
    private abstract static class One implements Source {
        @Override
        public String title() {
            return "made up";
        }

        @Override
        public Set<String> names() {
            return Set.of(NAME);
        }

        @Override
        public Optional<String> unavailableReason() {
            return Optional.empty();
        }

        @Override
        public boolean roundsAreIndependent() {
            return true;
        }

        @Override
        public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) {
            throw new AssertionError("is not available");
        }
    }

    /** Given samples; none stands for a failure. */
    private static final class Script extends One {
        private final Deque<double[]> left = new ArrayDeque<>();
        private final double tolerance;

        Script(double tolerance, double[]... looks) {
            this.tolerance = tolerance;
            left.addAll(List.of(looks));
        }

        @Override
        public double tolerance(String name) {
            return tolerance;
        }

        @Override
        public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) {
            double[] samples = left.remove();
            if (samples.length == 0) {
                failures.put(NAME, "culvert: in round 2: no answer");
                return List.of();
            }
            return List.of(new Ratio(NAME, Arrays.stream(samples).boxed().toList()));
        }
    }

    /** Ratios that this machine cannot measure. */
    private static final class Absent extends One {
        @Override
        public Set<String> names() {
            return IntStream.range(0, OTHERS).mapToObj(i -> "absent " + i).collect(Collectors.toSet());
        }

        @Override
        public Optional<String> unavailableReason() {
            return Optional.of("needs root");
        }
    }
}
