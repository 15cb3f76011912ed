// SPDX-License-Identifier: Apache-2.0
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

/** Measurements by JMH, each in a new JVM, whose compilation other measurements cannot affect. */
public final class Forks {
    /** The size of the smallest object in bytes; less per operation comes from JMH itself. */
    public static final double OBJECT_BYTES = 16;

    private static final int WARM_UPS = 2;
    private static final int ITERATIONS = 5;

    private Forks() {}

    /**
     * The options for one benchmark in one fork, to which parameters may be added.
     *
     * @param benchmark its class
     * @param method the benchmark method or group
     * @param millis the duration of an iteration
     * @param jvmArguments of the fork, besides those that all forks have
     */
    public static ChainedOptionsBuilder options(
            Class<?> benchmark, String method, int millis, List<String> jvmArguments) {
        TimeValue time = TimeValue.milliseconds(millis);
        Stream<String> common = Stream.of(
                "--add-modules=jdk.incubator.vector",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                // As in bin/culvert.
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
     * @throws RunnerException if the benchmark does not exist or fails
     */
    public static RunResult run(ChainedOptionsBuilder options) throws RunnerException {
        onClassPath();
        return new Runner(options.build()).runSingle();
    }

    /**
     * The bytes that all threads of the fork allocated per operation, in the median iteration: interpreted code
     * allocates objects that compiled code does not.
     */
    public static double allocated(RunResult result) {
        return result.getSecondaryResults()
                .get("gc.alloc.rate.norm")
                .getStatistics()
                .getPercentile(50);
    }

    /** JMH starts its forks with the class path, which is empty if this program runs from a module path. */
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
