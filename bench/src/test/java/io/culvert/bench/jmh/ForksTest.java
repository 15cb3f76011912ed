// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.aead.TrainBenchmark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForksTest {
    private static final String KERNEL = " +io\\.culvert\\.crypto\\.Kernels(512|256)::";

    /** A kernel that C1 compiles (tiers 1 to 3) may stay slow. */
    @Test
    void kernelsAreCompiledByC2Only(@TempDir Path directory) throws Exception {
        Path log = directory.resolve("log");

        Forks.run(Forks.options(TrainBenchmark.class, "seal", 50, List.of("-Xlog:jit+compilation=debug:file=" + log))
                .param("shape", "46x100")
                .param("implementation", "vector-256"));

        assertThat(Files.readString(log))
                .containsPattern(" 4" + KERNEL + "cipher")
                .containsPattern(" 4" + KERNEL + "absorb")
                .doesNotContainPattern(" [123]" + KERNEL);
    }
}
