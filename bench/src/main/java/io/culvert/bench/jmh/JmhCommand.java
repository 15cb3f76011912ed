// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code culvert bench jmh}: microbenchmarks of Culvert's parts, each with references.
 *
 * <p>The exit status is 0 if all measurements succeeded and the parts of the data path allocated nothing.
 */
@Command(name = "jmh", description = "Microbenchmarks of Culvert's parts, each with references.", sortOptions = false)
public final class JmhCommand implements Callable<Integer> {
    private static final int MILLIS = 200;
    private static final int QUICK_MILLIS = 50;
    private static final int PASSES = 3;

    @Parameters(paramLabel = "SUITE", description = "only these suites (default: all; see --list)")
    private List<String> names = List.of();

    @Option(names = "--list", description = "lists the suites and their references")
    private boolean list;

    @Option(names = "--quick", description = "fewer tasks, one pass; a few minutes")
    private boolean quick;

    @Option(names = "--passes", paramLabel = "N", description = "the number of passes (default: 3, quick: 1)")
    private int passes;

    @Option(
            names = "--millis",
            paramLabel = "N",
            description = "the duration of an iteration of JMH (default: 200, quick: 50)")
    private int millis;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = Run.DIRECTORY,
            description = "directory of the JSON result (default: ${DEFAULT-VALUE})")
    private Path directory;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final List<Suite> known;
    private final PrintStream out = System.out;

    /** For picocli. */
    public JmhCommand() {
        this(Suites.all());
    }

    /** With these suites, for tests. */
    JmhCommand(List<Suite> known) {
        this.known = known;
    }

    @Override
    public Integer call() throws IOException {
        List<Suite> suites = chosen();
        if (list) {
            suites.forEach(suite ->
                    out.printf("%-16s %s%n%-16s references: %s%n", suite.name(), suite.what(), "", suite.references()));
            return 0;
        }
        Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
        facts.put("command", ("bench " + String.join(" ", arguments())).strip());
        int times = passes > 0 ? passes : quick ? 1 : PASSES;
        Measurements measurements =
                new Measurements(suites, millis > 0 ? millis : quick ? QUICK_MILLIS : MILLIS, System.err);
        for (int pass = 1; pass <= times; pass++) {
            measurements.pass("pass " + pass + " of " + times);
        }
        return report(measurements, facts);
    }

    private List<Suite> chosen() {
        List<Suite> suites = new ArrayList<>();
        for (String name : names.isEmpty() ? known.stream().map(Suite::name).toList() : names) {
            Suite suite = known.stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "unknown suite \"" + name + "\"; known: "
                                    + String.join(
                                            ", ",
                                            known.stream().map(Suite::name).toList())));
            suites.add(quick ? suite.quick() : suite);
        }
        return suites;
    }

    private List<String> arguments() {
        return spec.commandLine().getParseResult().originalArgs();
    }

    private int report(Measurements measurements, Map<String, String> facts) throws IOException {
        measurements.print(out);
        List<String> allocating = measurements.allocating();
        facts.put("data path allocates", allocating.isEmpty() ? "nothing" : String.join("; ", allocating));
        if (!measurements.series().isEmpty()) {
            Run run = new Run("jmh", facts, measurements.missing(), measurements.series());
            out.println("written: " + run.write(directory));
        }
        allocating.forEach(where -> System.err.println("culvert bench jmh: the data path allocates: " + where));
        return allocating.isEmpty() && !measurements.failed() ? 0 : 1;
    }
}
