// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.daemon.testbed.Iperf3Result;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A measurement while eight TCP streams load the tunnel. */
abstract class UnderLoad implements Measurement {
    private static final int LEAD_SECONDS = 1;

    /** The approximate duration of {@link #observe} in seconds. */
    double observation(int seconds) {
        return seconds;
    }

    /** Measures for {@code seconds} under the load. */
    abstract List<Sample> observe(Tunnel tunnel, int seconds) throws IOException, InterruptedException;

    @Override
    public final double duration(int seconds) {
        return observation(seconds) + 2.0 * LEAD_SECONDS + 1;
    }

    @Override
    public final List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        int load = (int) Math.ceil(observation(seconds)) + 2 * LEAD_SECONDS;
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<Iperf3Result> flow = executor.submit(
                    () -> tunnel.iperf3(load, List.of("-P", "8")).requireTraffic());
            try {
                Thread.sleep(LEAD_SECONDS * 1000);
                List<Sample> samples = observe(tunnel, seconds);
                flow.get();
                return samples;
            } catch (ExecutionException e) {
                throw new IOException("the load failed: " + e.getCause().getMessage(), e);
            } finally {
                flow.cancel(true);
            }
        }
    }
}
