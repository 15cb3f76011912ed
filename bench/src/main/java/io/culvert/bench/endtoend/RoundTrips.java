package io.culvert.bench.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code ping} told.
 *
 * @param micros round trip times in the order of size, in microseconds; at least one
 * @param lostPercent of the pings sent
 */
record RoundTrips(List<Double> micros, double lostPercent) {
    private static final Pattern TIME = Pattern.compile("time=([\\d.]+) ms");
    private static final Pattern LOSS = Pattern.compile("([\\d.]+)% packet loss");

    /** Reads its output. */
    static RoundTrips of(String output) throws IOException {
        List<Double> micros = TIME.matcher(output)
                .results()
                .map(match -> Double.parseDouble(match.group(1)) * 1000)
                .sorted()
                .toList();
        Matcher loss = LOSS.matcher(output);
        if (micros.isEmpty() || !loss.find()) {
            throw new IOException("no ping was answered");
        }
        return new RoundTrips(micros, Double.parseDouble(loss.group(1)));
    }

    /** The time that a share of the pings did not exceed, from 0 to 1: the smallest that covers it. */
    double quantile(double share) {
        int rank = (int) Math.ceil(share * micros.size());
        return micros.get(Math.max(rank, 1) - 1);
    }

    /** As figures. */
    List<Sample> samples() {
        return List.of(
                Sample.cost("median", "us", quantile(0.5)),
                Sample.cost("p99", "us", quantile(0.99)),
                Sample.cost("max", "us", micros.getLast()),
                Sample.cost("lost", "%", lostPercent));
    }
}
