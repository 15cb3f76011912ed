// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/** Warms a tunnel up with traffic in both directions, by TCP and, if tests need it, by UDP. */
final class WarmUp {
    private WarmUp() {}

    /** The seconds of warm-up by UDP that follow {@code seconds} by TCP. */
    static int udpSeconds(int seconds) {
        return (seconds + 1) / 2;
    }

    /** Warms up for {@code seconds}. */
    static void run(Tunnel tunnel, int seconds, boolean udp) throws IOException, InterruptedException {
        if (seconds == 0) {
            return;
        }
        tunnel.iperf3(seconds, List.of("-P", "4", "--bidir"));
        if (udp) {
            tunnel.iperf3(udpSeconds(seconds), List.of("-u", "-b", "300M", "-l", "1360", "--bidir"));
        }
    }
}
