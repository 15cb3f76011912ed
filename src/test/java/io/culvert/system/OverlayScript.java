// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Runs many commands of {@code culvert overlay} in one JVM: the lines of stdin. Ends with the first one that fails. */
public final class OverlayScript {
    private OverlayScript() {}

    /** Exits with the status of the last command that was run. */
    public static void main(String[] arguments) throws Exception {
        System.exit(run());
    }

    private static int run() throws Exception {
        Class<?> program = Class.forName("io.culvert.overlay.Main");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int status = execute(program, line);
                if (status != 0) {
                    return status;
                }
            }
            return 0;
        }
    }

    private static int execute(Class<?> program, String line) throws IOException {
        try {
            return new CommandLine(CommandLine.defaultFactory().create(program)).execute(line.split(" "));
        } catch (Exception e) {
            throw new IOException("cannot run: " + line, e);
        }
    }
}
