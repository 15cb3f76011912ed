// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import java.util.Arrays;

/** Round trip times; those beyond its capacity are dropped. For one thread. */
final class RoundTripLog {
    private final double[] micros;
    private int count;

    RoundTripLog(int capacity) {
        micros = new double[capacity];
    }

    void add(long nanos) {
        if (count < micros.length) {
            micros[count++] = nanos / 1e3;
        }
    }

    void clear() {
        count = 0;
    }

    double[] micros() {
        return Arrays.copyOf(micros, count);
    }
}
