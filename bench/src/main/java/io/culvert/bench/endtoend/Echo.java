// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.traffic.Load;
import io.culvert.bench.endtoend.traffic.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * UDP echo of {@value #RATE} packets a second beside eight TCP streams, as a call or a game beside a download: round
 * trip times, loss, and the jitter of round trips.
 */
final class Echo extends UnderLoad {
    private static final int RATE = 50;
    /** For 1,000 round trips, which p99.9 needs. */
    private static final int LEAST_SECONDS = 21;

    private final int payload;

    /** Of {@code payload} bytes each way. */
    Echo(int payload) {
        this.payload = payload;
    }

    @Override
    double observation(int seconds) {
        return Math.max(seconds, LEAST_SECONDS) + 0.5;
    }

    @Override
    List<Sample> observe(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        Load load = new Load(new int[] {payload}, payload, RATE, 1, 1);
        Outcome outcome = Traffic.run(tunnel, load, Math.max(seconds, LEAST_SECONDS));
        if (outcome.answered() == 0) {
            throw new IOException("no echo arrived");
        }
        List<Sample> samples =
                new ArrayList<>(Percentiles.of(outcome.roundTrips()).samples());
        samples.add(Sample.cost("jitter", "us", outcome.jitterThere()[0]));
        samples.add(Sample.cost("lost", "%", outcome.unansweredPercent()));
        return samples;
    }
}
