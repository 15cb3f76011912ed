// SPDX-License-Identifier: Apache-2.0
package io.culvert.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the module's fuzz targets, the classes whose names end in Fuzz, in Jazzer: first on the committed cases of
 * src/test/cases/TARGET, then on inputs that reach code which no input has reached before, each for {@code
 * culvert.fuzz.seconds} (default 3). Inputs that reached something stay in target/fuzz/TARGET, where the next run
 * begins. Each module that has targets compiles this class.
 *
 * <p>A run takes one core, in a process of its own, so as many targets run at once as there are cores, at most two.
 */
class FuzzTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
    private static final Path CLASSES = MODULE.resolve("target/test-classes");
    private static final String SECONDS = System.getProperty("culvert.fuzz.seconds", "3");

    private static final ExecutorService PLACES = Executors.newFixedThreadPool(
            Math.min(2, Runtime.getRuntime().availableProcessors()),
            Thread.ofPlatform().daemon().name("fuzz-", 0).factory());
    private static final Map<String, Future<Run>> RUNS = new HashMap<>();

    /** How a run ended, and its output. */
    private record Run(int exit, String output) {}

    @BeforeAll
    static void startAll() throws IOException {
        targets().forEach(target -> RUNS.put(target, PLACES.submit(() -> run(target))));
    }

    @AfterAll
    static void stopAll() {
        PLACES.shutdownNow();
    }

    private static Stream<String> targets() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES)) {
            return files
                    .map(file -> CLASSES.relativize(file).toString())
                    .filter(name -> name.endsWith("Fuzz.class"))
                    .map(name -> name.replace(".class", "").replace('/', '.'))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void noInputBreaksARule(String target) throws InterruptedException, ExecutionException {
        Run run = RUNS.get(target).get();
        assertThat(run.exit)
                .as(
                        "an input broke a rule: mend that, and commit the input, the file crash-* in %s, to %s%n%s",
                        MODULE.resolve("target/fuzz"), cases(name(target)), run.output)
                .isZero();
        assertThat(run.output).contains("Done ", "cov:");
    }

    private static String name(String target) {
        return target.substring(target.lastIndexOf('.') + 1);
    }

    private static Path cases(String name) {
        return MODULE.resolve("src/test/cases").resolve(name);
    }

    private static Run run(String target) throws IOException, InterruptedException {
        String name = name(target);
        Path corpus = Files.createDirectories(MODULE.resolve("target/fuzz").resolve(name));
        Path output = corpus.resolveSibling(name + ".log");
        List<String> command = command(target, corpus);
        Path cases = cases(name);
        if (Files.isDirectory(cases)) {
            command.add(cases.toString());
        }
        Process process = new ProcessBuilder(command)
                .directory(corpus.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            return new Run(process.waitFor(), Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> command(String target, Path corpus) {
        // The targets run on the class path, so this JVM's module path is part of it.
        String path = String.join(
                File.pathSeparator,
                CLASSES.toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                path,
                "--add-modules=jdk.incubator.vector",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-XX:+UseSerialGC",
                // What runs for seconds is not worth optimizing.
                Integer.parseInt(SECONDS) < 30 ? "-XX:TieredStopAtLevel=1" : "-XX:+TieredCompilation",
                "-Xmx512m",
                "-Dculvert.checks=true",
                "-Djava.util.logging.config.file=/dev/null",
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target,
                "--instrumentation_includes=io.culvert.**",
                // Code without branches that depend on secrets has nothing to discover, and takes most of the time.
                "--instrumentation_excludes=io.culvert.crypto.**:io.culvert.engine.noise.X25519"
                        + ":io.culvert.engine.noise.Blake2s:io.culvert.natives.**:io.culvert.engine.testkit.**",
                "-max_total_time=" + SECONDS,
                "-timeout=60",
                // Inputs may be long from the start.
                "-len_control=0",
                "-max_len=4096",
                "-rss_limit_mb=0",
                "-print_final_stats=1",
                corpus.toString()));
    }
}
