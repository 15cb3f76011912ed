package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import io.culvert.daemon.testbed.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Round trip times of pings through the tunnel, 200 in a second. */
final class Ping implements Measurement {
    private static final int RATE = 200;
    private static final int MARGIN_SECONDS = 30;

    /** Made by {@link Trial}. */
    Ping() {}

    @Override
    public double duration(int seconds) {
        return seconds + 0.2;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return ping(tunnel, seconds).samples();
    }

    /** Pings for so many seconds. */
    static RoundTrips ping(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        String count = Integer.toString(seconds * RATE);
        List<String> command = tunnel.in(0, "ping", "-n", "-i", "0.005", "-c", count, "-W", "2", tunnel.inside(1));
        return RoundTrips.of(Shell.outputOf(Duration.ofSeconds(seconds + MARGIN_SECONDS), command));
    }
}
