package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import java.io.IOException;
import java.util.List;

/** Round trip times of pings under load: how long the tunnel's queues get. */
final class LoadedPing extends Loaded {
    /** Made by {@link Trial}. */
    LoadedPing() {}

    @Override
    List<Sample> observe(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return Ping.ping(tunnel, seconds);
    }
}
