// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.testbed.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs the system's programs. Those that change something are shown on stderr, as wg-quick shows them. */
final class Programs {
    private Programs() {}

    /** Whether {@code PATH} has the program. */
    static boolean isInstalled(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }

    /**
     * Runs a program that changes something.
     *
     * @param input for its stdin
     * @throws IOException if it fails, with its words
     */
    static void change(String input, List<String> words) throws IOException, InterruptedException {
        show(String.join(" ", words));
        Subprocess.of(words).input(input).run().requireSuccess();
    }

    /** Runs {@code ip}, and returns its output; nothing if it fails, as it does for what does not exist. */
    static String ip(String... arguments) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("ip"));
        words.addAll(List.of(arguments));
        try {
            Subprocess.Result result = Subprocess.of(words).run();
            return result.exit() == 0 ? result.output() : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** Whether the network namespace has the interface. */
    static boolean hasInterface(String device) throws InterruptedException {
        return !ip("link", "show", "dev", device).isEmpty();
    }

    /** Shows what is being done. */
    static void show(String what) {
        System.err.println("[#] " + what);
    }

    static void warn(String what) {
        System.err.println("culvert: warning: " + what);
    }
}
