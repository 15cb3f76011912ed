// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/** Round trip times of pings under load, which show the queueing delay of the tunnel. */
final class PingUnderLoad extends UnderLoad {
    private final Ping ping;

    /** Pings as {@code ping} does. */
    PingUnderLoad(Ping ping) {
        this.ping = ping;
    }

    @Override
    double observation(int seconds) {
        return ping.duration(seconds);
    }

    @Override
    List<Sample> observe(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return ping.ping(tunnel, seconds);
    }
}
