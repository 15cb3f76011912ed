// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.testbed.Subprocess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Commands of {@code ip} that one process runs: a tunnel may have a hundred thousand routes. */
final class IpBatch {
    private static final int MOST_SHOWN = 20;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Pattern FAILED = Pattern.compile("Command failed -:(\\d+)");

    private IpBatch() {}

    /**
     * Runs commands in order, up to the first that fails.
     *
     * @param commands their first word is the option of the family, which is the same for all
     * @throws IOException if one fails, with the command and the reason
     */
    static void run(List<List<String>> commands) throws IOException, InterruptedException {
        if (commands.isEmpty()) {
            return;
        }
        commands.stream().limit(MOST_SHOWN).forEach(command -> Programs.show("ip " + String.join(" ", command)));
        if (commands.size() > MOST_SHOWN) {
            Programs.show("... and " + (commands.size() - MOST_SHOWN) + " more");
        }
        String input = commands.stream()
                .map(command -> String.join(" ", command.subList(1, command.size())) + "\n")
                .collect(Collectors.joining());
        Subprocess.Result result = Subprocess.of("ip", commands.getFirst().getFirst(), "-batch", "-")
                .input(input)
                .limit(LIMIT)
                .run();
        if (result.exit() != 0) {
            Matcher failed = FAILED.matcher(result.error());
            int number = failed.find() ? Integer.parseInt(failed.group(1)) : 1;
            throw new IOException("ip " + String.join(" ", commands.get(Math.min(number, commands.size()) - 1)) + ": "
                    + result.error().strip().lines().findFirst().orElse("exit status " + result.exit()));
        }
    }
}
