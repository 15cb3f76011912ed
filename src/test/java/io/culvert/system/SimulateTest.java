// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code culvert simulate}, through the launcher. */
@OnHost
class SimulateTest {
    private static String[] command(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = Repository.root().resolve("bin/culvert").toString();
        command[1] = "simulate";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        return command;
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        String story = Command.of(command("--seed", "7")).run().expectSuccess().output();
        assertThat(story).contains("wg1 starts with", "all is good again", "seed 7: all invariants hold");
        assertThat(Command.of(command("--seed", "7")).run().expectSuccess().output())
                .isEqualTo(story);
        assertThat(Command.of(command("--seed", "8")).run().expectSuccess().output())
                .isNotEqualTo(story);
    }

    @Test
    void manySeedsAreSummedUp() {
        assertThat(Command.of(command("--seed", "-3", "--seeds", "20"))
                        .run()
                        .expectSuccess()
                        .output())
                .isEqualToIgnoringNewLines("20 simulations from seed -3 on, 0 of them break an invariant");
    }

    @Test
    void wrongOptionsAreRefusedInWords() {
        assertThat(Command.of(command()).run().expectFailure().allOutput()).contains("--seed=N");
        assertThat(Command.of(command("--seed", "1", "--seeds", "0"))
                        .run()
                        .expectFailure()
                        .allOutput())
                .contains("--seeds 0: expected a number from 1 up");
    }
}
