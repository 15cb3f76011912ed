package io.culvert.bench.jmh;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** JMH's measurements, each in a JVM of its own that nothing else has warmed up or spoilt. */
public final class Forks {
    /** The smallest object has this many bytes; less for each operation comes from JMH's own bookkeeping. */
    public static final double OBJECT_BYTES = 16;

    private static final int WARM_UPS = 2;
    private static final int ITERATIONS = 5;

    private Forks() {}

    /**
     * A measurement of one benchmark in one fork, to which parameters may be added.
     *
     * @param benchmark its class
     * @param method the benchmark method, or the group
     * @param millis how long one iteration takes
     * @param jvmArguments what the fork needs beside what all need
     */
    public static ChainedOptionsBuilder options(
            Class<?> benchmark, String method, int millis, List<String> jvmArguments) {
        TimeValue time = TimeValue.milliseconds(millis);
        Stream<String> common = Stream.of(
                "--add-modules=jdk.incubator.vector",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                // As bin/culvert starts the program.
                "-XX:-OptoRegScheduling",
                "-XX:FreqInlineSize=100");
        return new OptionsBuilder()
                .include("^" + benchmark.getName().replace('$', '.') + "\\." + method + "$")
                .forks(1)
                .warmupIterations(WARM_UPS)
                .warmupTime(time)
                .measurementIterations(ITERATIONS)
                .measurementTime(time)
                .jvmArgs(Stream.concat(common, jvmArguments.stream()).toArray(String[]::new))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
    }

    /**
     * Measures.
     *
     * @throws RunnerException when there is no such benchmark, or it fails
     */
    public static RunResult run(ChainedOptionsBuilder options) throws RunnerException {
        onClassPath();
        return new Runner(options.build()).runSingle();
    }

    /**
     * How many bytes were allocated for each operation, by all threads of the fork, in the median iteration: what is
     * interpreted before it is compiled makes objects that are none afterwards.
     */
    public static double allocated(RunResult result) {
        return result.getSecondaryResults()
                .get("gc.alloc.rate.norm")
                .getStatistics()
                .getPercentile(50);
    }

    /** JMH starts its forks on the class path, which is empty where this program runs from a module path. */
    private static void onClassPath() {
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath != null && System.getProperty("java.class.path", "").isEmpty()) {
            String separator = System.getProperty("path.separator");
            String entries = Stream.of(modulePath.split(separator))
                    .flatMap(entry -> Stream.of(entry, entry + "/*"))
                    .collect(Collectors.joining(separator));
            System.setProperty("java.class.path", entries);
        }
    }
}
