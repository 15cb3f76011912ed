// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.command.CommandErrors;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DemoArgumentsTest {
    @ParameterizedTest
    @CsvSource({
        "--seconds, 0, expected seconds from 1 to 3600",
        "--seconds, -1, expected seconds from 1 to 3600",
        "--warm-up, 99999, expected seconds from 0 to 3600",
        "--seconds, x, is not an int"
    })
    void senselessDurationsAreRefusedBeforeAnythingStarts(String option, String value, String problem) {
        StringWriter errors = new StringWriter();
        CommandLine command = CommandErrors.inWords(new CommandLine(new Demo())).setErr(new PrintWriter(errors));
        assertThat(command.execute(option, value)).isEqualTo(2);
        assertThat(errors.toString()).contains(option).contains(problem).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({"3, expected nodes from 4 to 50", "51, expected nodes from 4 to 50", "x, is not an int"})
    void anOverlayHasFourToFiftyNodes(String nodes, String problem) {
        StringWriter errors = new StringWriter();
        CommandLine command = CommandErrors.inWords(new CommandLine(new Demo())).setErr(new PrintWriter(errors));
        assertThat(command.execute("overlay", "--nodes", nodes)).isEqualTo(2);
        assertThat(errors.toString()).contains("--nodes").contains(problem).doesNotContain("\tat ");
    }
}
