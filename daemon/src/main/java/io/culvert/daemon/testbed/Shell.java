// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Short forms of {@link Subprocess} for programs that need no settings but input and a time limit. */
public final class Shell {
    private Shell() {}

    /**
     * Runs a program that must succeed, and returns its stdout.
     *
     * @throws IOException if it fails or takes longer than a minute
     */
    public static String run(String... command) throws IOException, InterruptedException {
        return run("", List.of(command));
    }

    /** Like {@link #run(String...)}, with text for the program's stdin. */
    public static String run(String input, List<String> command) throws IOException, InterruptedException {
        return Subprocess.of(command).input(input).run().requireSuccess().output();
    }

    /** Like {@link #run(String, List)}, with another limit than a minute. */
    public static String run(Duration limit, String input, List<String> command)
            throws IOException, InterruptedException {
        return Subprocess.of(command)
                .input(input)
                .limit(limit)
                .run()
                .requireSuccess()
                .output();
    }

    /** Runs a program that may fail, and returns its stdout and stderr. */
    public static String outputOf(List<String> command) throws IOException, InterruptedException {
        return Subprocess.of(command).run().allOutput();
    }
}
