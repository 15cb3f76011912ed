// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.traffic.Load;
import io.culvert.bench.endtoend.traffic.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The most IP packets per second, of given sizes in turn, with a loss below 1 %; in {@value #FLOWS} flows. */
final class PacketMix extends RateSearch {
    private static final int FLOWS = 4;

    private final int[] sizes;

    /** Of IP packets of {@code sizes} bytes, one after another; larger ones than the way permits are cut to its MTU. */
    PacketMix(int... sizes) {
        this.sizes = sizes.clone();
    }

    @Override
    double expected(double rate) {
        return rate;
    }

    @Override
    List<Sample> offer(Tunnel tunnel, int seconds, double rate) throws IOException, InterruptedException {
        int[] payloads =
                Arrays.stream(sizes).map(size -> Traffic.payload(tunnel, size)).toArray();
        double before = Traffic.cpuSeconds(tunnel);
        Outcome outcome = Traffic.run(tunnel, new Load(payloads, 0, rate, FLOWS, 1), seconds);
        double used = Traffic.cpuSeconds(tunnel) - before;
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.gain("packets", "1/s", outcome.arrived() / outcome.seconds()));
        if (used > 0) {
            samples.add(Sample.cost("cpu", "us/packet", used * 1e6 / outcome.arrived()));
        }
        samples.add(Sample.cost("lost", "%", outcome.lostPercent()));
        return samples;
    }
}
