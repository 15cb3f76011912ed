// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Benchmarks that allocate, do not allocate, and fail. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SampleBenchmark {
    /** As in all benchmarks. */
    @Param({"culvert"})
    public String implementation;

    private long count;

    /** Allocates the smallest object. */
    @Benchmark
    public Object allocate() {
        return new Object();
    }

    /** Does not allocate. */
    @Benchmark
    public long count() {
        return count++;
    }

    /** Fails. */
    @Benchmark
    public long fail() {
        throw new IllegalStateException("intended");
    }
}
