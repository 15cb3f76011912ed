// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.traffic.Load;
import io.culvert.bench.endtoend.traffic.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Exchanges as of DNS, offered at a rate: a query of {@value #QUERY} bytes, which one server answers at once by
 * {@value #ANSWER} bytes. {@value #CLIENTS} sockets ask.
 */
final class Queries implements Measurement {
    private static final int QUERY = 45;
    private static final int ANSWER = 120;
    private static final int CLIENTS = 16;

    private final double rate;

    /** At {@code rate} exchanges a second. */
    Queries(double rate) {
        this.rate = rate;
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
        double before = Traffic.cpuSeconds(tunnel);
        Outcome outcome = Traffic.run(tunnel, new Load(new int[] {QUERY}, ANSWER, rate, CLIENTS, 1), seconds);
        double used = Traffic.cpuSeconds(tunnel) - before;
        if (outcome.answered() == 0) {
            throw new IOException("no query was answered");
        }
        List<Sample> samples = new ArrayList<>();
        // Against what was to be offered: a sender that the tunnel's processes displace offers less.
        samples.add(Sample.gain("answered", "%", 100 * outcome.answered() / (rate * outcome.seconds())));
        samples.addAll(Percentiles.of(outcome.roundTrips()).samples());
        if (used > 0) {
            samples.add(Sample.cost("cpu", "us/exchange", used * 1e6 / outcome.answered()));
        }
        return samples;
    }
}
