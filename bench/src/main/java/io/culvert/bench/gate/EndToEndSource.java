package io.culvert.bench.gate;

import io.culvert.bench.endtoend.EndToEnd;
import io.culvert.bench.endtoend.Plan;
import io.culvert.bench.endtoend.contender.Contenders;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.File;
import java.io.IOException;
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

/** Ratios of whole tunnels: Culvert's beside a peer's and the floor, between network namespaces. */
final class EndToEndSource implements Source {
    private static final List<String> REFERENCES = List.of("wireguard-go-debian", Contenders.FLOOR);
    private static final List<String> METRICS = List.of("throughput", "cpu");
    private static final String TEST = "tcp1";
    private static final List<String> TOOLS = List.of("ip", "iperf3", "wg", "ping");
    /** The fewest that can decide. */
    private static final int ROUNDS = 5;

    private static final int SECONDS = 2;
    private static final int WARM_UP = 5;

    private final Consumer<String> progress;

    /** One that tells {@code progress} what it is at. */
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
    public String missing() {
        if (!isRoot()) {
            return "this needs root";
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return "there is no /dev/net/tun";
        }
        List<String> absent = TOOLS.stream().filter(tool -> !onPath(tool)).toList();
        return absent.isEmpty() ? "" : "missing: " + String.join(", ", absent);
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean onPath(String tool) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    @Override
    public boolean beginsEachRoundAfresh() {
        return true;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures) throws InterruptedException {
        List<String> contenders = new ArrayList<>(List.of(Contenders.CULVERT));
        List<String> known =
                Contenders.known().stream().map(contender -> contender.name()).toList();
        REFERENCES.stream()
                .filter(reference -> wanted.stream().anyMatch(name -> name.endsWith(" / " + reference)))
                .filter(known::contains)
                .forEach(contenders::add);
        Plan plan = Plan.quick()
                .withContenders(contenders, Map.of())
                .withTests(List.of(TEST))
                .withNumbers(ROUNDS, SECONDS, WARM_UP);
        Run run = new EndToEnd().run(plan, progress::accept);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return ratios(run, wanted, failures);
    }

    /** The ratios of a run's figures, round by round; why one is not to be had goes into {@code failures}. */
    static List<Ratio> ratios(Run run, Collection<String> wanted, Map<String, String> failures) {
        List<Ratio> ratios = new ArrayList<>();
        for (String metric : METRICS) {
            Optional<Series> own = run.find(TEST, Contenders.CULVERT, metric);
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
        return Stream.of(reference, reference + ": " + TEST, Contenders.CULVERT + ": " + TEST)
                .filter(run.missing()::containsKey)
                .map(run.missing()::get)
                .findFirst()
                .orElse("not measured");
    }

    private static Ratio ratio(String name, Series own, Series others) {
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < own.samples().size(); i++) {
            double mine = own.samples().get(i);
            double theirs = others.samples().get(i);
            samples.add(own.higherIsBetter() ? mine / theirs : theirs / mine);
        }
        return new Ratio(name, samples);
    }
}
