package io.culvert.bench.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Culvert and a reference at the same work, taking turns of some milliseconds.
 *
 * @param name of the ratio
 * @param culvert does it once
 * @param reference does it once
 */
record Contest(String name, Operation culvert, Operation reference) {
    /** Does something once. */
    interface Operation {
        /** Does it, and returns how many nanoseconds what is measured took. */
        long run();
    }

    /** Lets both run for so long. */
    void warmUp(long millis) {
        turn(culvert, millis);
        turn(reference, millis);
    }

    /** Measures; each round begins with the other one. */
    Ratio measure(int rounds, long turnMillis) {
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            double own;
            double others;
            if (i % 2 == 0) {
                own = turn(culvert, turnMillis);
                others = turn(reference, turnMillis);
            } else {
                others = turn(reference, turnMillis);
                own = turn(culvert, turnMillis);
            }
            samples.add(others / own);
        }
        return new Ratio(name, samples);
    }

    /** Nanoseconds for each operation. */
    private static double turn(Operation operation, long millis) {
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
