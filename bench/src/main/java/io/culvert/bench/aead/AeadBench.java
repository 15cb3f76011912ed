// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.bench.jmh.Forks;
import io.culvert.bench.process.ChildJvm;
import io.culvert.bench.report.Reports;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link TrainBenchmark} for all shapes, operations and implementations in several interleaved passes, so that a
 * disturbance of the machine affects all of them. Each measurement has a JVM of its own, or all share one that
 * {@link OneProcess} runs.
 *
 * <p>The exit status is 0 if all measurements succeeded and the vector kernels allocated nothing.
 */
public final class AeadBench {
    private static final List<String> OPERATIONS = List.of("seal", "open");

    private final Arguments arguments;
    private final PrintStream out = System.out;
    private final Report report;
    private double mostAllocated;

    private AeadBench(Arguments arguments) {
        this.arguments = arguments;
        this.report = new Report(arguments.commandLine());
    }

    /**
     * Runs the benchmark; see {@link Arguments} for {@code args}.
     *
     * @return the exit status
     */
    public static int execute(String... args) throws RunnerException, IOException, InterruptedException {
        if (List.of(args).contains("--help")) {
            System.out.println(Arguments.USAGE);
            return 0;
        }
        Arguments arguments;
        try {
            arguments = Arguments.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("culvert bench aead: error: " + e.getMessage());
            System.err.println("Try: culvert bench aead --help");
            return 2;
        }
        if (arguments.starts() > 0) {
            new Starts(arguments).run();
            return 0;
        }
        return new AeadBench(arguments).run() ? 0 : 1;
    }

    private boolean run() throws RunnerException, IOException, InterruptedException {
        List<String> implementations = available();
        for (int pass = 1; pass <= arguments.passes(); pass++) {
            for (String name : arguments.shapes()) {
                TrainShape shape = TrainShape.of(name);
                out.printf("pass %d of %d, %s%n", pass, arguments.passes(), name);
                if (arguments.oneProcess()) {
                    takeTurns(shape, implementations);
                } else {
                    forks(shape, implementations);
                }
            }
        }
        report.print(out);
        if (!arguments.oneProcess()) {
            out.printf("allocated by the vector kernels: at most %.3f B per train%n", mostAllocated);
            report.put("vector kernels allocate at most, B/train", "%.3f".formatted(mostAllocated));
        }
        Run run = report.run();
        Path directory = Path.of(arguments.directory());
        out.println("written: " + run.write(directory));
        out.println("report: " + Reports.write(run, directory, Path.of(arguments.pages())));
        boolean clean = mostAllocated < Forks.OBJECT_BYTES;
        if (!clean) {
            System.err.println("culvert bench aead: the vector kernels allocated up to %.3f B per train; expected none"
                    .formatted(mostAllocated));
        }
        return clean;
    }

    /** The implementations that this machine has; the report names the others with the reason. */
    private List<String> available() {
        if (OpensslSpeed.version().isEmpty()) {
            report.missing(Report.OPENSSL_SPEED, "openssl is not installed");
        }
        List<String> available = new ArrayList<>(arguments.implementations());
        for (String name : arguments.implementations()) {
            Implementations.unavailableReason(name).ifPresent(reason -> {
                available.remove(name);
                report.missing(name, reason);
            });
        }
        return available;
    }

    private void takeTurns(TrainShape shape, List<String> implementations) throws IOException, InterruptedException {
        List<Map<String, List<Double>>> results =
                OneProcess.measure(shape.name(), implementations, ChildJvm.daemonOptions(arguments.jvmArguments()));
        for (int i = 0; i < OPERATIONS.size(); i++) {
            String operation = OPERATIONS.get(i);
            results.get(i).forEach((implementation, rounds) -> {
                rounds.forEach(nanos -> report.add(shape, operation, implementation, nanos));
                double median = Series.median(
                        rounds.stream().mapToDouble(nanos -> nanos).toArray());
                out.printf("  %-4s %-10s %8.0f ns/packet%n", operation, implementation, median);
            });
        }
    }

    private void forks(TrainShape shape, List<String> implementations) throws RunnerException {
        if (shape.even()) {
            OpensslSpeed.nanos(shape.lengths()[0], 1)
                    .ifPresent(nanos -> report.add(shape, "seal", Report.OPENSSL_SPEED, nanos));
        }
        for (String operation : OPERATIONS) {
            for (String implementation : implementations) {
                measure(shape, operation, implementation);
            }
        }
    }

    private void measure(TrainShape shape, String operation, String implementation) throws RunnerException {
        RunResult result =
                Forks.run(Forks.options(TrainBenchmark.class, operation, arguments.millis(), arguments.jvmArguments())
                        .param("shape", shape.name())
                        .param("implementation", implementation));
        double best = result.getPrimaryResult().getStatistics().getMin();
        report.add(shape, operation, implementation, best / shape.count());
        if (implementation.startsWith("vector")) {
            mostAllocated = Math.max(mostAllocated, Forks.allocated(result));
        }
        out.printf("  %-4s %-10s %8.0f ns/packet%n", operation, implementation, best / shape.count());
    }
}
