package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import java.io.IOException;
import java.util.List;

/** The most resident memory under load, of the larger end. */
final class Memory extends Loaded {
    private static final long PERIOD_MILLIS = 100;

    /** Made by {@link Trial}. */
    Memory() {}

    @Override
    public boolean wantsPrograms() {
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

    /** What the larger end has in memory. */
    static double resident(Tunnel tunnel) throws IOException {
        return Math.max(tunnel.residentMebibytes(0), tunnel.residentMebibytes(1));
    }
}
