// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The start of a tunnel. {@code ready}: from the start of the first end's program until its UAPI answers and its
 * interface exists, while the second end is not yet started. {@code time to first packet}: from the same start until
 * the first ping is answered, including the second end's start and the configuration of both. {@code memory}: resident
 * memory of the larger end at that time.
 */
final class Start implements Measurement {
    private static final double MILLIS = 1000;

    @Override
    public boolean needsFreshTunnel() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return 0;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException {
        List<Sample> samples = new ArrayList<>();
        tunnel.readySeconds().ifPresent(ready -> samples.add(Sample.cost("ready", "ms", ready * MILLIS)));
        samples.add(Sample.cost("time to first packet", "ms", tunnel.secondsToFirstPacket() * MILLIS));
        double resident = MemoryUnderLoad.resident(tunnel);
        if (resident > 0) {
            samples.add(Sample.cost("memory", "MiB", resident));
        }
        return samples;
    }
}
