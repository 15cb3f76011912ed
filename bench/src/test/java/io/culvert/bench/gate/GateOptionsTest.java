// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GateOptionsTest {
    @Test
    void takesABaselineOrACommitOrTheSelfTest() {
        assertThat(conflict("--gate", "file")).isEmpty();
        assertThat(conflict("--gate", "file", "--update")).isEmpty();
        assertThat(conflict("--gate", "--against", "HEAD~1")).isEmpty();
        assertThat(conflict("--gate", "--against=HEAD~1", "--in-memory")).isEmpty();
        assertThat(conflict("--gate", "--self-test")).isEmpty();
    }

    @Test
    void refusesWhatItWouldIgnore() {
        assertThat(conflict("--gate")).contains("needs the FILE of a baseline, or --against COMMIT");
        assertThat(conflict("--gate", "file", "--against", "HEAD")).contains("excludes the FILE");
        assertThat(conflict("--gate", "--against", "HEAD", "--update")).contains("excludes --update");
        assertThat(conflict("--gate", "file", "--self-test")).contains("excludes the FILE");
        assertThat(conflict("--gate", "--against", "HEAD", "--self-test")).contains("exclude each other");
    }

    private static String conflict(String... arguments) {
        return CommandLine.populateCommand(new GateOptions(), arguments)
                .conflict()
                .orElse("");
    }
}
