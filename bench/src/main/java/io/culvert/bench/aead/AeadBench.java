package io.culvert.bench.aead;

import io.culvert.bench.report.Reports;
import io.culvert.bench.result.Run;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link TrainBenchmark} for each shape, each operation and each contender in turn, several times over, so that
 * what disturbs the machine disturbs all of them; each measurement has a JVM of its own. Read the ratios.
 *
 * <p>Exit status 0 when all is measured and Culvert's vector kernels allocated nothing.
 */
public final class AeadBench {
    private static final List<String> OPERATIONS = List.of("seal", "open");
    /** The smallest object has this many bytes; what is below comes from JMH's own bookkeeping. */
    private static final double OBJECT_BYTES = 16;

    private final Arguments arguments;
    private final PrintStream out = System.out;
    private final Report report;
    private double mostAllocated;

    private AeadBench(Arguments arguments) {
        this.arguments = arguments;
        this.report = new Report(arguments.commandLine());
    }

    /**
     * Runs it; see {@link Arguments} for {@code args}.
     *
     * @return the exit status
     */
    public static int execute(String... args) throws RunnerException, IOException {
        Arguments arguments;
        try {
            arguments = Arguments.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("culvert bench aead: " + e.getMessage() + "\n" + Arguments.USAGE);
            return 2;
        }
        return new AeadBench(arguments).run() ? 0 : 1;
    }

    private boolean run() throws RunnerException, IOException {
        forkOnClassPath();
        for (int pass = 1; pass <= arguments.passes(); pass++) {
            for (String name : arguments.shapes()) {
                TrainShape shape = TrainShape.of(name);
                out.printf("pass %d of %d, %s%n", pass, arguments.passes(), name);
                if (shape.even()) {
                    OpensslSpeed.nanos(shape.lengths()[0], 1)
                            .ifPresent(nanos -> report.add(shape, "seal", Report.OPENSSL_SPEED, nanos));
                }
                for (String operation : OPERATIONS) {
                    for (String contender : arguments.contenders()) {
                        measure(shape, operation, contender);
                    }
                }
            }
        }
        report.print(out);
        out.printf("allocated by the vector kernels: at most %.3f B for each train%n", mostAllocated);
        report.put("vector kernels allocate at most, B/train", "%.3f".formatted(mostAllocated));
        Run run = report.run();
        Path directory = Path.of(arguments.directory());
        out.println("written: " + run.write(directory));
        out.println("to be looked at: " + Reports.write(run, directory));
        boolean clean = mostAllocated < OBJECT_BYTES;
        if (!clean) {
            System.err.println("culvert bench aead: the vector kernels must not allocate");
        }
        return clean;
    }

    private void measure(TrainShape shape, String operation, String contender) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("^" + TrainBenchmark.class.getName() + "\\." + operation + "$")
                        .param("shape", shape.name())
                        .param("contender", contender)
                        .forks(1)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.milliseconds(arguments.millis()))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.milliseconds(arguments.millis()))
                        .jvmArgs(jvmArguments(contender).toArray(String[]::new))
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run();
        for (RunResult result : results) {
            double best = result.getPrimaryResult().getStatistics().getMin();
            report.add(shape, operation, contender, best / shape.count());
            if (contender.startsWith("vector")) {
                double allocated =
                        result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
                mostAllocated = Math.max(mostAllocated, allocated);
            }
            out.printf("  %-4s %-10s %8.0f ns a packet%n", operation, contender, best / shape.count());
        }
    }

    private List<String> jvmArguments(String contender) {
        List<String> all = new ArrayList<>(Contenders.jvmArguments(contender));
        all.add("--add-modules=jdk.incubator.vector");
        all.add("--enable-native-access=ALL-UNNAMED");
        all.add("--sun-misc-unsafe-memory-access=allow");
        all.addAll(arguments.jvmArguments());
        return all;
    }

    /** JMH starts its forks on the class path, which is empty where this program runs from a module path. */
    private static void forkOnClassPath() {
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath != null) {
            String separator = System.getProperty("path.separator");
            String entries = Stream.of(modulePath.split(separator))
                    .flatMap(entry -> Stream.of(entry, entry + "/*"))
                    .collect(Collectors.joining(separator));
            System.setProperty("java.class.path", entries);
        }
    }
}
