// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

/** Which command lines are served without the command line's parser. */
class ServingTest {
    @Test
    void commandsAreThoseOfTheCommandLine() {
        assertThat(Main.class.getAnnotation(Command.class).subcommands())
                .extracting(command -> command.getAnnotation(Command.class).name())
                .containsExactlyInAnyOrderElementsOf(Serving.COMMANDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wg0", "-f wg0", "--foreground wg0", "-f up", "service", "tunnel"})
    void interfacesAndTheServiceAreServedAtOnce(String words) {
        assertThat(Serving.of(words.split(" "))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"up", "doctor", "doctro", "--help", "-f", "-f --help", "service --help", "wg0 wg1", "top -x"})
    void theRestIsReadAsACommandLine(String words) {
        assertThat(Serving.of(words.split(" "))).isEmpty();
    }

    @Test
    void noWordsAreAnErrorOfTheCommandLine() {
        assertThat(Serving.of(new String[] {})).isEmpty();
        assertThat(Serving.of(new String[] {""})).isEmpty();
    }
}
