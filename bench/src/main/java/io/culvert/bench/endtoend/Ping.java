// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.RoundTrips;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Round trip times of pings through the tunnel, 200 in a second. */
final class Ping implements Measurement {
    private static final int RATE = 200;
    private static final Duration INTERVAL = Duration.ofSeconds(1).dividedBy(RATE);
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** Made by {@link Trial}. */
    Ping() {}

    @Override
    public double duration(int seconds) {
        return seconds + 0.2;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return ping(tunnel, seconds);
    }

    /** Pings for so many seconds. */
    static List<Sample> ping(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return samples(Pinger.measure(tunnel.namespace(0), tunnel.inside(1), seconds * RATE, INTERVAL, LINGER));
    }

    /** The figures of a run of pings. */
    static List<Sample> samples(RoundTrips trips) {
        return List.of(
                Sample.cost("median", "us", trips.quantile(0.5)),
                Sample.cost("p99", "us", trips.quantile(0.99)),
                Sample.cost("max", "us", trips.micros().getLast()),
                Sample.cost("lost", "%", trips.lostPercent()));
    }
}
