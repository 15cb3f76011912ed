// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.Hook;
import io.culvert.daemon.wgquick.config.InterfaceConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs the commands of a file by bash, as wg-quick does: with {@code %i} replaced, ended by the first error. */
final class Hooks {
    private static final List<String> BASH = List.of("bash", "-O", "extglob", "-e", "-o", "pipefail", "-c");

    private Hooks() {}

    /**
     * Runs the commands of one time, up to the first that fails.
     *
     * @throws IOException if one fails
     */
    static void run(InterfaceConfig self, Hook time, String device) throws IOException, InterruptedException {
        for (String command : self.hooks(time)) {
            int status = run(command.replace("%i", device));
            if (status != 0) {
                throw new IOException(time.text() + " ended with status " + status + ": " + command);
            }
        }
    }

    /** Runs all commands of one time, and warns of those that fail; {@code false} if one did. */
    static boolean tryToRun(InterfaceConfig self, Hook time, String device) throws InterruptedException {
        boolean fine = true;
        for (String command : self.hooks(time)) {
            try {
                int status = run(command.replace("%i", device));
                if (status != 0) {
                    Programs.warn(time.text() + " ended with status " + status + ": " + command);
                    fine = false;
                }
            } catch (IOException e) {
                Programs.warn(time.text() + ": " + e.getMessage());
                fine = false;
            }
        }
        return fine;
    }

    private static int run(String command) throws IOException, InterruptedException {
        Programs.show(command);
        List<String> words = new ArrayList<>(BASH);
        words.add(command);
        Process process = new ProcessBuilder(words).inheritIO().start();
        try {
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }
}
