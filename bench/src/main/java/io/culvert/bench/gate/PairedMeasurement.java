// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures Culvert and a reference at the same work, alternating every few milliseconds, so that a disturbance affects
 * both.
 *
 * @param name of the ratio
 * @param culvert the operation of Culvert
 * @param reference the same work by the reference
 */
record PairedMeasurement(String name, Operation culvert, Operation reference) {
    /** One operation. */
    interface Operation {
        /** Runs it once, and returns the nanoseconds of its measured part. */
        long run();
    }

    /** Runs each side for {@code millis} milliseconds. */
    void warmUp(long millis) {
        run(culvert, millis);
        run(reference, millis);
    }

    /** Measures {@code rounds} ratios; rounds begin with Culvert and with the reference alternately. */
    Ratio measure(int rounds, long sliceMillis) {
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            double own;
            double others;
            if (i % 2 == 0) {
                own = run(culvert, sliceMillis);
                others = run(reference, sliceMillis);
            } else {
                others = run(reference, sliceMillis);
                own = run(culvert, sliceMillis);
            }
            samples.add(others / own);
        }
        return new Ratio(name, samples);
    }

    /** Nanoseconds per operation. */
    private static double run(Operation operation, long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long nanos = 0;
        long count = 0;
        do {
            nanos += operation.run();
            count++;
        } while (System.nanoTime() < end);
        return (double) nanos / count;
    }
}
