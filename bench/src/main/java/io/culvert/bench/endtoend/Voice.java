// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.traffic.Load;
import io.culvert.bench.endtoend.traffic.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls: each a flow of {@value #RATE} IP packets a second of {@value #SIZE} bytes (G.711 in RTP, 20 ms). The far end
 * sends a packet back for each that arrives, as a media relay does, so that the same runs the other way. Jitter is that
 * of RFC 3550, of the two directions' flows together.
 */
final class Voice implements Measurement {
    private static final int RATE = 50;
    private static final int SIZE = 200;
    private static final int SERVERS = 25;

    private final int calls;

    /** {@code calls} is a multiple of {@value #SERVERS}: each pair of sockets is a flow. */
    Voice(int calls) {
        this.calls = calls;
    }

    @Override
    public boolean isUdp() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return seconds + 0.6;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        int payload = Traffic.payload(tunnel, SIZE);
        double before = Traffic.cpuSeconds(tunnel);
        Load load = new Load(new int[] {payload}, payload, (double) calls * RATE, calls / SERVERS, SERVERS);
        Outcome outcome = Traffic.run(tunnel, load, seconds);
        double used = Traffic.cpuSeconds(tunnel) - before;
        double[] flows = new double[2 * calls];
        System.arraycopy(outcome.jitterThere(), 0, flows, 0, calls);
        System.arraycopy(outcome.jitterBack(), 0, flows, calls, calls);
        Percentiles jitter = Percentiles.of(flows);
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.cost("jitter", "us", jitter.at(0.5)));
        samples.add(Sample.cost("jitter p99", "us", jitter.at(0.99)));
        if (used > 0) {
            samples.add(Sample.cost("cpu", "us/packet", used * 1e6 / (outcome.arrived() + outcome.answered())));
        }
        samples.add(Sample.cost("lost", "%", outcome.lostPercent()));
        double back = 100.0 * Math.max(0, outcome.arrived() - outcome.answered()) / outcome.arrived();
        samples.add(Sample.cost("lost back", "%", back));
        return samples;
    }
}
