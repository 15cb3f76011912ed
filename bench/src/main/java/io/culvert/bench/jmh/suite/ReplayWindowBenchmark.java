// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.noise.ReplayWindow;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Checking counters, in order or reordered within eight. The references are a window on a {@link BitSet}, and as a
 * lower bound a comparison with the highest counter, which rejects everything out of order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplayWindowBenchmark {
    /** {@code culvert}, {@code bit-set}, {@code greatest-only}. */
    @Param({"culvert"})
    public String implementation;

    /** XORed with each counter: 0 for in order, 7 to reverse groups of eight. */
    @Param({"0"})
    public long flipped;

    private LongPredicate window;
    private long next;

    /** The same window with single bits. */
    private static final class Bits implements LongPredicate {
        private static final int SIZE = 8192;
        private final BitSet seen = new BitSet(SIZE);
        private long end;

        @Override
        public boolean test(long counter) {
            if (counter + SIZE <= end) {
                return false;
            }
            for (; end <= counter; end++) {
                seen.clear((int) end & SIZE - 1);
            }
            int bit = (int) counter & SIZE - 1;
            if (seen.get(bit)) {
                return false;
            }
            seen.set(bit);
            return true;
        }
    }

    private static final class Greatest implements LongPredicate {
        private long greatest = -1;

        @Override
        public boolean test(long counter) {
            if (counter <= greatest) {
                return false;
            }
            greatest = counter;
            return true;
        }
    }

    /** Creates the window. */
    @Setup
    public void setUp() {
        window = switch (implementation) {
            case "bit-set" -> new Bits();
            case "greatest-only" -> new Greatest();
            default -> new ReplayWindow()::accept;
        };
    }

    /** Checks one counter. */
    @Benchmark
    public boolean accept() {
        return window.test(next++ ^ flipped);
    }
}
