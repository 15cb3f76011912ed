// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/** The peak resident memory of the larger end under load. */
final class MemoryUnderLoad extends UnderLoad {
    private static final long PERIOD_MILLIS = 100;

    @Override
    public boolean needsProcesses() {
        return true;
    }

    @Override
    List<Sample> observe(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        double most = 0;
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            most = Math.max(most, resident(tunnel));
            Thread.sleep(PERIOD_MILLIS);
        }
        return List.of(Sample.cost("under load", "MiB", most));
    }

    /** The resident memory of the larger end, in MiB. */
    static double resident(Tunnel tunnel) throws IOException {
        return Math.max(tunnel.residentMebibytes(0), tunnel.residentMebibytes(1));
    }
}
