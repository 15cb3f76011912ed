// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Seals and opens one train repeatedly. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TrainBenchmark {
    /** See {@link TrainShape}. */
    @Param({"46x1420"})
    public String shape;

    /** See {@link Implementations}. */
    @Param({"jce"})
    public String implementation;

    private final Arena arena = Arena.ofShared();
    private Aead aead;
    private int count;
    private int[] lengths;
    private long key;
    private long[] counters;
    private long[] sealCounters;
    private long[] plain;
    private long[] sealed;
    private long[] sealTargets;
    private long[] openTargets;

    /**
     * Waits until the implementation serves, compares its results with Culvert's, and seals the train that
     * {@link #open} opens.
     */
    @Setup
    public void setUp() {
        TrainShape train = TrainShape.of(shape);
        lengths = train.lengths();
        count = train.count();
        key = arena.allocate(Aead.KEY_BYTES, 64).address();
        counters = new long[count];
        sealCounters = new long[count];
        for (int i = 0; i < count; i++) {
            counters[i] = i;
            sealCounters[i] = i;
        }
        plain = train.slab(arena);
        sealed = train.slab(arena);
        sealTargets = train.slab(arena);
        openTargets = train.slab(arena);
        aead = Implementations.create(implementation);
        if (!implementation.equals(Implementations.JCE_DIRECT)) {
            Agreement.check(aead, train);
        }
        aead.seal(key, counters, plain, sealed, lengths, count);
        if (aead.open(key, counters, sealed, openTargets, lengths, count) != 0) {
            throw new IllegalStateException(implementation + " cannot open the train that it sealed");
        }
    }

    /** Seals a train, with counters that never repeat. */
    @Benchmark
    public void seal() {
        for (int i = 0; i < count; i++) {
            sealCounters[i] += count;
        }
        aead.seal(key, sealCounters, plain, sealTargets, lengths, count);
    }

    /** Opens a train. */
    @Benchmark
    public long open() {
        return aead.open(key, counters, sealed, openTargets, lengths, count);
    }

    /** Closes the implementation. */
    @TearDown
    public void tearDown() {
        aead.close();
        arena.close();
    }
}
