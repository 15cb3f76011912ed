// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Round trip times measured by {@code ping}.
 *
 * @param micros in ascending order, in microseconds; at least one
 * @param lostPercent of the echo requests sent
 */
public record RoundTrips(List<Double> micros, double lostPercent) {
    private static final Pattern TIME = Pattern.compile("time=([\\d.]+) ms");
    private static final Pattern LOSS = Pattern.compile("([\\d.]+)% packet loss");

    /** Reads the output of {@code ping}. */
    static RoundTrips parse(String output) throws IOException {
        List<Double> micros = TIME.matcher(output)
                .results()
                .map(match -> Double.parseDouble(match.group(1)) * 1000)
                .sorted()
                .toList();
        Matcher loss = LOSS.matcher(output);
        if (micros.isEmpty() || !loss.find()) {
            throw new IOException("ping: no answer");
        }
        return new RoundTrips(micros, Double.parseDouble(loss.group(1)));
    }

    /** The smallest time that a share of the answers, from 0 to 1, did not exceed. */
    public double quantile(double share) {
        int rank = (int) Math.ceil(share * micros.size());
        return micros.get(Math.max(rank, 1) - 1);
    }

    /** The mean time. */
    public double mean() {
        return micros.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
