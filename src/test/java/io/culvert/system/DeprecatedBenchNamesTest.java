// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The deprecated names of {@code culvert bench}, through the launcher. */
@Tag("system")
class DeprecatedBenchNamesTest {
    @TempDir
    private Path directory;

    @Test
    void oldNamesWarn() throws Exception {
        try (LauncherRun run =
                new LauncherRun(directory, List.of("bench", "--contenders", "culvert,floor,none-such"))) {
            assertThat(run.exitStatus()).isEqualTo(2);
            assertThat(run.errors())
                    .contains("--contenders is deprecated", "use --implementations")
                    .contains("floor is deprecated", "use no-crypto")
                    .contains("unknown implementation \"none-such\"");
        }
    }
}
