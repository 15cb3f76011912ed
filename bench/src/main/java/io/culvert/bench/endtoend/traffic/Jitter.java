// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

/**
 * Interarrival jitter of flows: the mean deviation of the difference in packet spacing at the receiver compared to the
 * sender (RFC 3550, section 6.4.1 and appendix A.8). For one thread.
 */
final class Jitter {
    private static final double GAIN = 1 / 16.0;

    private final long[] transit;
    private final boolean[] seen;
    private final double[] nanos;

    /** Of {@code flows} flows. */
    Jitter(int flows) {
        transit = new long[flows];
        seen = new boolean[flows];
        nanos = new double[flows];
    }

    /** A packet of a flow arrived. */
    void add(int flow, long sentNanos, long arrivedNanos) {
        long now = arrivedNanos - sentNanos;
        if (seen[flow]) {
            nanos[flow] += (Math.abs(now - transit[flow]) - nanos[flow]) * GAIN;
        }
        seen[flow] = true;
        transit[flow] = now;
    }

    /** The jitter of each flow in microseconds; 0 for flows with fewer than two packets. */
    double[] micros() {
        double[] micros = new double[nanos.length];
        for (int i = 0; i < micros.length; i++) {
            micros[i] = nanos[i] / 1e3;
        }
        return micros;
    }
}
