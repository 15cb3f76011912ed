// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the system that end soon. */
final class Program {
    private static final int LIMIT_SECONDS = 30;

    private Program() {}

    /**
     * Runs a program, and returns what it wrote to stdout.
     *
     * @param input for its stdin, at most what a pipe holds (64 KiB)
     * @throws IOException if it is missing, fails or takes more than 30 s, with its words
     */
    static String run(String input, String... words) throws IOException, InterruptedException {
        Process process = start(List.of(words));
        try {
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(words[0] + " has not ended for " + LIMIT_SECONDS + " s");
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", words) + ": "
                        + output.strip().lines().findFirst().orElse("exit status " + process.exitValue()));
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> words) throws IOException {
        try {
            return new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(words.getFirst() + " cannot be run: install it (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Starts a program that goes on in the background, and waits until its launcher has ended.
     *
     * @throws IOException if the launcher is missing or fails
     */
    static void launch(List<String> words) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT);
        // These mean this process, and not the interface's.
        List.of("WG_PROCESS_FOREGROUND", "WG_TUN_FD", "WG_UAPI_FD", "CULVERT_STDERR_FD", "NOTIFY_SOCKET")
                .forEach(builder.environment()::remove);
        Process launcher;
        try {
            launcher = builder.start();
        } catch (IOException e) {
            throw new IOException(words.getFirst() + " cannot be run: " + e.getMessage(), e);
        }
        if (launcher.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + " failed: exit status " + launcher.exitValue());
        }
    }
}
