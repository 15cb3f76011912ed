// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Metrics that a daemon serves over HTTP.
 *
 * @param text in the text format of Prometheus
 */
record Metrics(String text) {
    /** Requests the metrics that are served at {@code ADDRESS:PORT}, seen from a namespace. */
    static Command.Result request(Namespace from, String address) {
        return from.command("curl", "-sS", "--max-time", "20", "http://" + address + "/metrics")
                .run();
    }

    /** The answer to a request that must succeed. */
    static Metrics of(Namespace from, String address) {
        return new Metrics(request(from, address).expectSuccess().output());
    }

    /** The sum of all series that a regular expression matches; fails the test if there are none. */
    double sum(String series) {
        Matcher matcher = Pattern.compile("(?m)^" + series + " (\\S+)$").matcher(text);
        double sum = 0;
        assertThat(matcher.find()).as("%s in%n%s", series, text).isTrue();
        do {
            sum += Double.parseDouble(matcher.group(1));
        } while (matcher.find());
        return sum;
    }
}
