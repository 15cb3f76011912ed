// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The throughput of one TCP stream in each of the first ten seconds of a tunnel: the warm-up time of a program. */
final class Ramp implements Measurement {
    private static final int SECONDS = 10;

    @Override
    public boolean needsFreshTunnel() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return SECONDS + 0.5;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        List<Double> carried = tunnel.iperf3(SECONDS, List.of("-i", "1")).gigabitsBySecond();
        List<Sample> samples = new ArrayList<>();
        for (int second = 1; second <= Math.min(SECONDS, carried.size()); second++) {
            samples.add(Sample.gain("second " + second, "Gbit/s", carried.get(second - 1)));
        }
        return samples;
    }
}
