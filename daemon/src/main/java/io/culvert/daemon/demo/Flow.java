// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import io.culvert.daemon.testbed.Iperf3;
import io.culvert.daemon.testbed.Iperf3Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one run of iperf3 carried, and the CPU time it took.
 *
 * @param gigabits received per second
 * @param senderCpu CPU seconds of the sending end for each GB (10^9 bytes) received
 * @param receiverCpu likewise of the receiving end
 * @param lostPercent datagrams lost; 0 for TCP
 */
record Flow(double gigabits, double senderCpu, double receiverCpu, double lostPercent) {
    /** Runs the client at one end and the server at the other; the server sends if {@code reverse}. */
    static Flow run(End client, End server, boolean reverse, Load load, int seconds)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(load.options());
        if (reverse) {
            options.add("-R");
        }
        double clientCpu = client.cpuSeconds();
        double serverCpu = server.cpuSeconds();
        Iperf3Result result = Iperf3.run(client.namespace(), server.namespace(), server.inside(), seconds, options);
        clientCpu = client.cpuSeconds() - clientCpu;
        serverCpu = server.cpuSeconds() - serverCpu;
        return reverse ? of(result, serverCpu, clientCpu) : of(result, clientCpu, serverCpu);
    }

    /**
     * Relates CPU time to what arrived.
     *
     * @param senderCpu seconds
     * @param receiverCpu seconds
     * @throws IOException if nothing arrived
     */
    static Flow of(Iperf3Result result, double senderCpu, double receiverCpu) throws IOException {
        double gigabytes = result.requireTraffic().gigabytes();
        return new Flow(result.gigabits(), senderCpu / gigabytes, receiverCpu / gigabytes, result.lostPercent());
    }
}
