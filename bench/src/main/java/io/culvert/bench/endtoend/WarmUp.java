package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import java.io.IOException;
import java.util.List;

/** Uses a tunnel as it will be used when it is measured: in both directions, by TCP and, where that is measured, by UDP. */
final class WarmUp {
    private WarmUp() {}

    /** How long UDP is warmed up, in seconds, when TCP is for {@code seconds}. */
    static int udpSeconds(int seconds) {
        return (seconds + 1) / 2;
    }

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
