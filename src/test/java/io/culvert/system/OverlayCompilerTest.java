// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** Which compilers the launcher gives the programs of the overlay. */
class OverlayCompilerTest {
    private static String flag(String command) {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        String flags = Command.of(Program.CULVERT.command(), "overlay", command, "--help")
                .environment("CULVERT_JAVA_OPTS", "-XX:+PrintFlagsFinal")
                .run()
                .expectSuccess()
                .output();
        return flags.lines()
                .filter(line -> line.contains(" TieredStopAtLevel "))
                .findAny()
                .orElseThrow()
                .replaceFirst(".*= *(\\d+).*", "$1");
    }

    /** Without C2 a relay needs four times as long for each answer: only C2 has instructions for AES. */
    @Test
    void relayHasC2() {
        assertThat(flag("relay")).isEqualTo("4");
    }

    /** An agent that does little is to stay small. */
    @Test
    void agentHasC1Alone() {
        assertThat(flag("run")).isEqualTo("1");
    }
}
