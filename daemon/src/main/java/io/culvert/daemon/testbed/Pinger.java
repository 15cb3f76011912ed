// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The {@code ping} program of iputils. */
public final class Pinger {
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private Pinger() {}

    /** A run of {@code ping}, which succeeds if there is an answer. */
    public static Subprocess command(NetworkNamespace from, String address, String... options) {
        List<String> words = new ArrayList<>(List.of("ping", "-n"));
        words.addAll(List.of(options));
        words.add(address);
        return from.command(words.toArray(String[]::new));
    }

    /**
     * Measures round trip times.
     *
     * @param count of echo requests
     * @param interval between two of them
     * @param linger how long to wait for the last answers
     * @throws IOException if there is no answer at all
     */
    public static RoundTrips measure(
            NetworkNamespace from, String address, int count, Duration interval, Duration linger)
            throws IOException, InterruptedException {
        String seconds = String.format(Locale.ROOT, "%.3f", interval.toMillis() / 1e3);
        Subprocess ping =
                command(from, address, "-c", "" + count, "-i", seconds, "-W", Long.toString(linger.toSeconds()));
        return RoundTrips.parse(
                ping.limit(interval.multipliedBy(count).plus(MARGIN)).run().allOutput());
    }

    /**
     * Sends five echo requests a second until one is answered.
     *
     * @throws IOException if none is answered within {@code limit}
     */
    public static void awaitAnswer(NetworkNamespace from, String address, Duration limit)
            throws IOException, InterruptedException {
        command(from, address, "-q", "-c", "1", "-i", "0.2", "-w", Long.toString(limit.toSeconds()))
                .run()
                .requireSuccess();
    }
}
