// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon's JVM compiles the AEAD kernels by C2 only: kernels that C1 compiles stay slow. */
@OnHost
class CompilationTest {
    private static final Duration WARM = Duration.ofSeconds(60);
    private static final String KERNEL = " +io\\.culvert\\.crypto\\.Kernels(512|256)::";

    @ParameterizedTest
    @ValueSource(strings = {"vector-512", "vector-256"})
    void kernelsAreCompiledByC2Only(String implementation, @TempDir Path directory) {
        Path log = directory.resolve("log");
        Map<String, String> environment =
                Map.of("CULVERT_AEAD", implementation, "CULVERT_JAVA_OPTS", "-Xlog:jit+compilation=debug:file=" + log);
        try (Namespace namespace = Namespace.create();
                Daemon daemon = Daemon.start(Program.CULVERT, namespace, Names.next(), environment)) {
            assertThat(Eventually.holds(
                            WARM, () -> has(log, " 4" + KERNEL + "cipher") && has(log, " 4" + KERNEL + "absorb")))
                    .as("C2 compiles the kernels")
                    .isTrue();
            assertThat(has(log, " [123]" + KERNEL)).as("C1 compiles kernels").isFalse();
            assertThat(daemon.log()).isEmpty();
        }
    }

    private static boolean has(Path log, String pattern) {
        return Files.exists(log)
                && Pattern.compile(pattern).matcher(Repository.text(log)).find();
    }
}
