// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Seals full trains continuously from the start of a JVM that {@link Starts} runs, and prints the rate over time. */
public final class ColdStart {
    /** Prefix of the line with the result. */
    static final String RESULT = "start: ";

    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(Start.SLICE_MILLIS);

    private final TrainShape train = TrainShape.of("46x1420");
    private final Aeads aeads;
    private final long[] bytes;
    private long changeOver;

    private ColdStart(int slices, AeadChoice choice) {
        aeads = new Aeads(choice);
        bytes = new long[slices];
    }

    /**
     * Seals, and writes the bytes sealed in each time slice to stdout.
     *
     * @param arguments the number of slices, and the AEAD to use: a name of {@link AeadChoice}
     */
    public static void main(String[] arguments) {
        ColdStart start = new ColdStart(Integer.parseInt(arguments[0]), AeadChoice.parse(arguments[1]));
        start.seal();
        System.out.println(RESULT + new Start(start.changeOver, start.bytes).text());
    }

    private void seal() {
        long birth = System.nanoTime()
                - TimeUnit.MILLISECONDS.toNanos(
                        ManagementFactory.getRuntimeMXBean().getUptime());
        try (Arena arena = Arena.ofShared();
                Aead aead = aeads.create()) {
            long key = arena.allocate(Aead.KEY_BYTES, 64).address();
            long[] counters = new long[train.count()];
            Arrays.setAll(counters, i -> i);
            long[] plain = train.slab(arena);
            long[] sealed = train.slab(arena);
            String first = aead.implementation();
            while (true) {
                aead.seal(key, counters, plain, sealed, train.lengths(), train.count());
                long age = System.nanoTime() - birth;
                if (age >= bytes.length * SLICE_NANOS) {
                    return;
                }
                bytes[(int) (age / SLICE_NANOS)] += train.bytes();
                if (changeOver == 0 && !aead.implementation().equals(first)) {
                    changeOver = TimeUnit.NANOSECONDS.toMillis(age);
                }
                for (int i = 0; i < counters.length; i++) {
                    counters[i] += counters.length;
                }
            }
        }
    }
}
