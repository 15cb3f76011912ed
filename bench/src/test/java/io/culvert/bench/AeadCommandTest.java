// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AeadCommandTest {
    @Test
    void passesUnknownArgumentsOn() {
        CommandLine.ParseResult result =
                new CommandLine(new Main()).parseArgs("aead", "--starts", "10", "--out", "there");

        assertThat(result.subcommand().unmatched()).containsExactly("--starts", "10", "--out", "there");
    }
}
