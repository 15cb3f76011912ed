// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.Subprocess;
import java.time.Duration;
import java.util.Map;

/**
 * A program that a test runs to its end, in the root of the repository, within two minutes unless another limit is
 * set. The limit ends what hangs; it is far above what a busy machine needs.
 */
final class Command {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Subprocess subprocess;

    private Command(Subprocess subprocess) {
        this.subprocess = subprocess.directory(Repository.root()).limit(LIMIT);
    }

    /** What a program left behind. */
    record Result(Subprocess.Result result) {
        int exit() {
            return result.exit();
        }

        String output() {
            return result.output();
        }

        /** Stdout followed by stderr. */
        String allOutput() {
            return result.allOutput();
        }

        /** Fails the test unless the exit status is 0. */
        Result expectSuccess() {
            assertThat(exit())
                    .as("%s%n%s", String.join(" ", result.words()), allOutput())
                    .isZero();
            return this;
        }

        /** Fails the test if the exit status is 0. */
        Result expectFailure() {
            assertThat(exit())
                    .as("should fail: %s%n%s", String.join(" ", result.words()), allOutput())
                    .isNotZero();
            return this;
        }
    }

    static Command of(String... words) {
        return of(Subprocess.of(words));
    }

    static Command of(Subprocess subprocess) {
        return new Command(subprocess);
    }

    /** Runs a program that must succeed, and returns its stdout without white space at the ends. */
    static String output(String... words) {
        return of(words).run().expectSuccess().output().strip();
    }

    Command input(String text) {
        subprocess.input(text);
        return this;
    }

    Command environment(String name, String value) {
        subprocess.environment(Map.of(name, value));
        return this;
    }

    Command limit(Duration limit) {
        subprocess.limit(limit);
        return this;
    }

    Result run() {
        return new Result(Unchecked.call(subprocess::run));
    }
}
