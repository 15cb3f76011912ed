// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.endtoend.EndToEnd;
import io.culvert.bench.endtoend.Plan;
import io.culvert.bench.endtoend.implementation.Implementations;
import io.culvert.bench.endtoend.implementation.Installer;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import io.culvert.natives.linux.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Ratios of whole tunnels between network namespaces: Culvert to a peer, and to the no-crypto baseline. */
final class EndToEndSource implements Source {
    private static final List<String> REFERENCES = List.of("wireguard-go-debian", Implementations.NO_CRYPTO);
    private static final List<String> METRICS = List.of("throughput", "cpu");
    private static final String TEST = "tcp1";
    private static final List<String> TOOLS = List.of("ip", "iperf3", "wg", "ping");
    /** Wilcoxon's test at a level of 5 % needs at least five samples. */
    private static final int ROUNDS = 5;

    private static final int SECONDS = 2;
    private static final int WARM_UP = 5;

    private final Consumer<String> progress;

    /** {@code progress} receives a line for each step. */
    EndToEndSource(Consumer<String> progress) {
        this.progress = progress;
    }

    @Override
    public String title() {
        return "tunnels end to end";
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (String metric : METRICS) {
            REFERENCES.forEach(reference -> names.add(name(TEST, metric, reference)));
        }
        return names;
    }

    private static String name(String test, String metric, String reference) {
        return "end-to-end " + test + " " + metric + " / " + reference;
    }

    @Override
    public Optional<String> unavailableReason() {
        return missingRequirement();
    }

    /** What tunnels between namespaces need and this process lacks; empty if it has all. */
    static Optional<String> missingRequirement() {
        if (Linux.geteuid() != 0) {
            return Optional.of("needs root");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return Optional.of("needs /dev/net/tun");
        }
        List<String> absent =
                TOOLS.stream().filter(tool -> Installer.find(tool).isEmpty()).toList();
        return absent.isEmpty() ? Optional.empty() : Optional.of("not installed: " + String.join(", ", absent));
    }

    @Override
    public boolean roundsAreIndependent() {
        return true;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) throws InterruptedException {
        List<String> implementations = new ArrayList<>(List.of(Implementations.CULVERT));
        List<String> known = Implementations.known().stream()
                .map(implementation -> implementation.name())
                .toList();
        REFERENCES.stream()
                .filter(reference -> wanted.stream().anyMatch(name -> name.endsWith(" / " + reference)))
                .filter(known::contains)
                .forEach(implementations::add);
        Plan plan = Plan.quick()
                .withImplementations(implementations, Map.of())
                .withTests(List.of(TEST))
                .withNumbers(ROUNDS, SECONDS, WARM_UP);
        Run run = new EndToEnd().run(plan, progress);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return ratios(run, wanted, failures);
    }

    /**
     * The ratios of a run, round by round; {@code failures} receives the reason for each wanted ratio that it lacks.
     */
    static List<Ratio> ratios(Run run, Collection<String> wanted, Map<String, String> failures) {
        List<Ratio> ratios = new ArrayList<>();
        for (String metric : METRICS) {
            Optional<Series> own = run.find(TEST, Implementations.CULVERT, metric);
            for (String reference : REFERENCES) {
                String name = name(TEST, metric, reference);
                Optional<Series> others = run.find(TEST, reference, metric);
                if (!wanted.contains(name)) {
                    continue;
                }
                if (own.isPresent()
                        && others.isPresent()
                        && own.get().samples().size() == others.get().samples().size()) {
                    ratios.add(ratio(name, own.get(), others.get()));
                } else {
                    failures.put(name, reason(run, reference));
                }
            }
        }
        return ratios;
    }

    private static String reason(Run run, String reference) {
        return Stream.of(reference, reference + ": " + TEST, Implementations.CULVERT + ": " + TEST)
                .filter(run.missing()::containsKey)
                .map(run.missing()::get)
                .findFirst()
                .orElse("not measured");
    }

    private static Ratio ratio(String name, Series own, Series others) {
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < own.samples().size(); i++) {
            double culvert = own.samples().get(i);
            double reference = others.samples().get(i);
            samples.add(own.higherIsBetter() ? culvert / reference : reference / culvert);
        }
        return new Ratio(name, samples);
    }
}
