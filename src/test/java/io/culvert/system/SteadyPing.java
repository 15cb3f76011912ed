// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Twenty pings a second until it is ended. */
final class SteadyPing {
    private static final Pattern SUMMARY = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Process process;
    private final File output;

    SteadyPing(Namespace from, String to, File output) {
        this.output = output;
        process = from.start(Map.of(), output, "ping", "-n", "-i", "0.05", to);
    }

    /** Ends it, and checks that each ping but perhaps the last one, whose answer was under way, had an answer. */
    void endWithoutLoss() {
        Command.output("kill", "-INT", Long.toString(process.pid()));
        assertThat(Unchecked.call(() -> process.waitFor(LINGER.multipliedBy(5))))
                .isTrue();
        String text = Repository.text(output.toPath());
        Matcher summary = SUMMARY.matcher(text);
        assertThat(summary.find()).as(text).isTrue();
        int sent = Integer.parseInt(summary.group(1));
        assertThat(sent).isGreaterThan(100);
        assertThat(Integer.parseInt(summary.group(2))).as("of %d", sent).isGreaterThanOrEqualTo(sent - 1);
    }
}
