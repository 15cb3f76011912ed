// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The units of systemd, by systemd's own checkers. */
@OnHost("systemd-analyze")
class ServiceUnitsTest {
    private static final Path UNITS = Repository.root().resolve("packaging/systemd");
    private static final double MOST_EXPOSED = 3.0;

    @ParameterizedTest
    @CsvSource({
        "culvert.service, culvert.service",
        "culvert@.service, culvert@wg0.service",
        "culvert-overlay@.service, culvert-overlay@net.service"
    })
    void unitIsCorrectAndLittleExposed(String file, String name, @TempDir Path directory) throws IOException {
        Path unit = directory.resolve(name);
        // The checker wants the program to exist, which is installed by the packages.
        Files.writeString(
                unit, Repository.text(UNITS.resolve(file)).replace("/usr/bin/culvert", Program.CULVERT.command()));
        assertThat(Command.of("systemd-analyze", "verify", unit.toString())
                        .run()
                        .expectSuccess()
                        .allOutput())
                .isEmpty();
        String output = Command.of("systemd-analyze", "security", "--offline=true", unit.toString())
                .run()
                .expectSuccess()
                .output();
        Matcher exposure =
                Pattern.compile("Overall exposure level for .*: ([0-9.]+)").matcher(output);
        assertThat(exposure.find()).as(output).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).as(output).isLessThanOrEqualTo(MOST_EXPOSED);
    }
}
