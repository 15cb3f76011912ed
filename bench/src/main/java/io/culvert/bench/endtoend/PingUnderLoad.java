// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/** Round trip times of pings under load, which show the queueing delay of the tunnel. */
final class PingUnderLoad extends UnderLoad {
    @Override
    List<Sample> observe(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        return Ping.ping(tunnel, seconds);
    }
}
