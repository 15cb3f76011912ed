package io.culvert.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a part of the data path must not do, beside what it may, and one that breaks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PlantedBenchmark {
    /** As all benchmarks have it. */
    @Param({"culvert"})
    public String contender;

    private long count;

    /** Makes the smallest of objects. */
    @Benchmark
    public Object allocate() {
        return new Object();
    }

    /** Makes none. */
    @Benchmark
    public long count() {
        return count++;
    }

    /** Fails. */
    @Benchmark
    public long fail() {
        throw new IllegalStateException("planted");
    }
}
