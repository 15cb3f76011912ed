// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.packet.InternetChecksum;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.natives.Memory;
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

/**
 * The Internet checksum, alone and while copying. The references are the scalar loop over 16-bit words of RFC 1071,
 * section 4.1, and a copy without a checksum.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
    /** {@code culvert}, {@code scalar-loop}, {@code copy-alone}. */
    @Param({"culvert"})
    public String implementation;

    /** {@code sum} or {@code copy}: whether the bytes are also copied. */
    @Param({"sum"})
    public String work;

    /** Bytes. */
    @Param({"1420"})
    public int length;

    private long source;
    private long target;
    private Sum sum;

    /** The measured operation. */
    private interface Sum {
        long of(long source, long target, int length);
    }

    /** Fills the source, and verifies the implementation. */
    @Setup
    public void setUp() {
        source = Memory.allocate(length, 64);
        target = Memory.allocate(length, 64);
        new SeededRandom(1).fill(source, length);
        boolean copies = work.equals("copy");
        sum = switch (implementation) {
            case "scalar-loop" -> copies ? ChecksumBenchmark::copyThenLoop : (from, to, bytes) -> loop(from, bytes);
            case "copy-alone" -> ChecksumBenchmark::copyAlone;
            default -> copies ? InternetChecksum::sumAndCopy : (from, to, bytes) -> InternetChecksum.sum(from, bytes);
        };
        int right = InternetChecksum.fold(loop(source, length));
        if (!implementation.equals("copy-alone") && InternetChecksum.fold(sum.of(source, target, length)) != right) {
            throw new IllegalStateException(implementation + " computes a wrong checksum");
        }
    }

    private static long loop(long from, int bytes) {
        long total = 0;
        int i = 0;
        for (; i + 1 < bytes; i += 2) {
            total += Short.toUnsignedInt(Memory.getShort(from + i));
        }
        return i < bytes ? total + Byte.toUnsignedInt(Memory.getByte(from + i)) : total;
    }

    private static long copyThenLoop(long from, long to, int bytes) {
        Memory.copy(from, to, bytes);
        return loop(to, bytes);
    }

    private static long copyAlone(long from, long to, int bytes) {
        Memory.copy(from, to, bytes);
        return 0;
    }

    /** Sums once. */
    @Benchmark
    public long run() {
        return sum.of(source, target, length);
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        Memory.free(source);
        Memory.free(target);
    }
}
