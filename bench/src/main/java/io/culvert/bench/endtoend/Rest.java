// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The memory of the first end {@value #SECONDS} s after its start, in which it carried a few pings. {@code at rest}:
 * what is resident then. {@code peak}: the most that was resident since the start.
 */
final class Rest implements Measurement {
    private static final int SECONDS = 60;

    @Override
    public boolean needsFreshTunnel() {
        return true;
    }

    @Override
    public boolean needsProcesses() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return SECONDS;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        Thread.sleep(
                Duration.ofNanos(tunnel.began() + Duration.ofSeconds(SECONDS).toNanos() - System.nanoTime()));
        return List.of(
                Sample.cost("at rest", "MiB", tunnel.residentMebibytes(0)),
                Sample.cost("peak", "MiB", tunnel.peakMebibytes(0)));
    }
}
