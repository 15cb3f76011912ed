// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.traffic.Generator;
import io.culvert.bench.endtoend.traffic.Load;
import io.culvert.bench.endtoend.traffic.Outcome;
import java.io.IOException;

/** The generator's traffic between a tunnel's hosts, from side 0 to side 1. */
final class Traffic {
    private static final int UDP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    private Traffic() {}

    /**
     * Sends a load.
     *
     * @throws IOException if nothing arrives
     */
    static Outcome run(Tunnel tunnel, Load load, int seconds) throws IOException, InterruptedException {
        Outcome outcome = Generator.run(host(tunnel, 0), host(tunnel, 1), load, seconds);
        if (outcome.arrived() == 0) {
            throw new IOException("no packet arrived");
        }
        return outcome;
    }

    private static Generator.Host host(Tunnel tunnel, int side) {
        return new Generator.Host(tunnel.host(side), tunnel.address(side));
    }

    /** The UDP payload of an IP packet of {@code size} bytes, or of the largest that fits the way. */
    static int payload(Tunnel tunnel, int size) {
        boolean ipv6 = tunnel.address(1).contains(":");
        return Math.min(size, tunnel.trafficMtu()) - UDP_HEADER - (ipv6 ? IPV6_HEADER : IPV4_HEADER);
    }

    /** CPU time of both ends so far, in seconds; 0 for tunnels in the kernel. */
    static double cpuSeconds(Tunnel tunnel) throws IOException {
        return tunnel.cpuSeconds(0) + tunnel.cpuSeconds(1);
    }
}
