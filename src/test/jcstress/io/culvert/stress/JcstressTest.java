// SPDX-License-Identifier: Apache-2.0
package io.culvert.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the module's jcstress tests (src/jcstress/java), each for {@code culvert.jcstress.millis} (default 300), and
 * fails if one of them observed a forbidden result or did not run. Each module that has such tests compiles this class.
 */
class JcstressTest {
    private static final Pattern SUMMARY = Pattern.compile(
            "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

    @Test
    void noForbiddenResultIsObserved(@TempDir Path results) throws IOException, InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors, since one cannot show races");
        Path classes = Path.of(System.getProperty("basedir", "."), "target", "test-classes");
        long tests = Files.readAllLines(classes.resolve("META-INF/TestList")).stream()
                .filter(line -> !line.isBlank())
                .count();
        Path output = results.resolve("output.txt");
        Process process = new ProcessBuilder(command(classes, results))
                .directory(results.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit = process.waitFor();
        String text = Files.readString(output);
        List<MatchResult> summaries = SUMMARY.matcher(text).results().toList();
        assertThat(exit).as(text).isZero();
        assertThat(summaries).as(text).isNotEmpty();
        assertThat(summaries.getLast().group())
                .as(text)
                .isEqualTo("Results: %d planned; %d passed, 0 failed, 0 soft errs, 0 hard errs", tests, tests);
    }

    private static List<String> command(Path classes, Path results) {
        // The tests run on the class path, so this JVM's module path is part of it.
        String path = String.join(
                File.pathSeparator,
                classes.toAbsolutePath().toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                path,
                "org.openjdk.jcstress.Main",
                "-m",
                "quick",
                "-f",
                "1",
                "-iters",
                "1",
                "-time",
                System.getProperty("culvert.jcstress.millis", "300"),
                "-af",
                "NONE",
                "-sc",
                "false",
                "-v",
                "-r",
                results.toString(),
                // With explicit options jcstress runs each test in one JVM configuration instead of a dozen.
                "-jvmArgs",
                "-Xmx256m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED");
    }
}
