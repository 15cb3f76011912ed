// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/** The highest throughput of iperf3's datagrams of one size with a loss below 1 %. */
final class UdpMax extends RateSearch {
    private final int payload;

    /** For datagrams of {@code payload} bytes. */
    UdpMax(int payload) {
        this.payload = payload;
    }

    @Override
    double expected(double rate) {
        return bits(rate) / 1e9;
    }

    private double bits(double rate) {
        return rate * payload * 8;
    }

    @Override
    List<Sample> offer(Tunnel tunnel, int seconds, double rate) throws IOException, InterruptedException {
        String offered = Long.toString(Math.round(bits(rate)));
        return new Throughput("-u", "-b", offered, "-l", "" + payload).take(tunnel, seconds);
    }
}
