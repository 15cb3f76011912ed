// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.daemon.testbed.Iperf3Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Throughput of iperf3, and its CPU time per GB. */
final class Throughput implements Measurement {
    private final List<String> options;

    /** {@code options} are those of iperf3's client. */
    Throughput(String... options) {
        this.options = List.of(options);
    }

    @Override
    public boolean isUdp() {
        return options.contains("-u");
    }

    @Override
    public double duration(int seconds) {
        return seconds + 0.5;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        double[] before = {tunnel.cpuSeconds(0), tunnel.cpuSeconds(1)};
        Iperf3Result flow = tunnel.iperf3(seconds, options).requireTraffic();
        double[] used = {tunnel.cpuSeconds(0) - before[0], tunnel.cpuSeconds(1) - before[1]};
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.gain("throughput", "Gbit/s", flow.gigabits()));
        if (used[0] + used[1] > 0) {
            samples.add(Sample.cost("cpu", "s/GB", (used[0] + used[1]) / flow.gigabytes()));
            if (!options.contains("--bidir")) {
                int sender = options.contains("-R") ? 1 : 0;
                samples.add(Sample.cost("cpu sender", "s/GB", used[sender] / flow.gigabytes()));
                samples.add(Sample.cost("cpu receiver", "s/GB", used[1 - sender] / flow.gigabytes()));
            }
        }
        samples.add(
                isUdp()
                        ? Sample.cost("lost", "%", flow.lostPercent())
                        : Sample.cost("retransmits", "segments", flow.retransmits()));
        return samples;
    }
}
