// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MisspeltCommandTest {
    private static final Set<String> COMMANDS = Set.of("demo", "doctor", "status", "top");

    @ParameterizedTest
    @CsvSource({
        "demoo, demo",
        "deno, demo",
        "dmeo, demo",
        "doctro, doctor",
        "doktor, doctor",
        "staus, status",
        "bnech, bench",
        "biuld, build",
        "profiel, profile"
    })
    void resemblesACommand(String word, String command) {
        assertThat(MisspeltCommand.meant(word, COMMANDS)).contains(command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wg0", "demo1", "bench0", "home", "office", "vpn", "mesh", "tun", "wg", "d", ""})
    void namesAnInterface(String word) {
        assertThat(MisspeltCommand.meant(word, COMMANDS)).isEmpty();
    }
}
