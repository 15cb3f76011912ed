// SPDX-License-Identifier: Apache-2.0
package io.culvert.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
        long tests = Files.readAllLines(Jcstress.CLASSES.resolve("META-INF/TestList")).stream()
                .filter(line -> !line.isBlank())
                .count();
        Jcstress.Run run = Jcstress.run(
                results,
                List.of(
                        "-iters",
                        "1",
                        "-time",
                        System.getProperty("culvert.jcstress.millis", "300"),
                        // With explicit options jcstress runs each test in one JVM configuration instead of a dozen.
                        "-jvmArgs",
                        "-Xmx256m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED"));
        String text = run.output();
        List<MatchResult> summaries = SUMMARY.matcher(text).results().toList();
        assertThat(run.exit()).as(text).isZero();
        assertThat(summaries).as(text).isNotEmpty();
        assertThat(summaries.getLast().group())
                .as(text)
                .isEqualTo("Results: %d planned; %d passed, 0 failed, 0 soft errs, 0 hard errs", tests, tests);
    }
}
