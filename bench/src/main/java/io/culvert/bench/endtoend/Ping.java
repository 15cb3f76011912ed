// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.RoundTrips;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Round trip times of pings through the tunnel at a fixed interval.
 *
 * @param interval between two pings
 * @param least number of pings, however short a measurement is to be: a percentile needs enough of them
 */
record Ping(Duration interval, int least) implements Measurement {
    /** 200 pings in a second. */
    static final Ping USUAL = new Ping(Duration.ofMillis(5), 1);

    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final double NANOS_PER_SECOND = 1e9;

    private int count(int seconds) {
        return Math.max(least, (int) Math.round(seconds * NANOS_PER_SECOND / interval.toNanos()));
    }

    @Override
    public double duration(int seconds) {
        return count(seconds) * interval.toNanos() / NANOS_PER_SECOND + 0.2;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return ping(tunnel, seconds);
    }

    /** Pings for so many seconds, or until there are enough pings. */
    List<Sample> ping(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return samples(Pinger.measure(tunnel.host(0), tunnel.address(1), count(seconds), interval, LINGER));
    }

    /** The figures of a run of pings. */
    static List<Sample> samples(RoundTrips trips) {
        Percentiles times = Percentiles.of(
                trips.micros().stream().mapToDouble(Double::doubleValue).toArray());
        List<Sample> samples = new ArrayList<>(times.samples());
        samples.add(Sample.cost("lost", "%", trips.lostPercent()));
        return samples;
    }
}
