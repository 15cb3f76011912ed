// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.NOT;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;

/**
 * Fills the type profiles of the Vector API's methods with all operators of the kernels before the kernels run.
 *
 * <p>Until C2 has compiled a kernel, the Vector API's methods run as Java code and record type profiles. A kernel calls
 * one operator thousands of times before the next, so that C2 compiles these methods for that operator alone,
 * deoptimises at the next one, and then no longer inlines there. The kernels, compiled with these methods inside, keep
 * calls, and vectors that are live across a call are objects: 5 to 16 KB for each train, in about one process of
 * fifteen (JDK 25). With a profile of all operators C2 does not speculate. In a kernel operators are constants, which
 * need no speculation.
 */
final class OperatorProfiles {
    /** More calls than HotSpot needs to start profiling, and far fewer than C2's compile threshold. */
    private static final int ROUNDS = 300;

    private static boolean filled;

    private OperatorProfiles() {}

    /** Fills the profiles once for the JVM, with vectors of {@code bits} bits; takes some 80 ms. Thread-safe. */
    static synchronized void fill(int bits) {
        if (filled) {
            return;
        }
        filled = true;
        VectorShape shape = VectorShape.forBitSize(bits);
        IntVector ints = IntVector.zero(shape.withLanes(int.class));
        LongVector longs = LongVector.zero(shape.withLanes(long.class));
        for (int round = 0; round < ROUNDS; round++) {
            ints = applyAll(ints, longs);
            longs = applyAll(longs, ints);
        }
    }

    private static IntVector applyAll(IntVector ints, LongVector longs) {
        IntVector next = ints.lanewise(ADD, longs.reinterpretAsInts()).lanewise(XOR, ints);
        next = next.lanewise(ROL, 1).lanewise(LSHL, 1).lanewise(LSHR, 1);
        return next.add(1).sub(next).and(next).or(next);
    }

    private static LongVector applyAll(LongVector longs, IntVector ints) {
        LongVector next = longs.lanewise(ADD, ints.reinterpretAsLongs()).lanewise(XOR, longs);
        next = next.lanewise(LSHL, 1).lanewise(LSHR, 1).lanewise(ASHR, 1).lanewise(NOT);
        return next.lanewise(AND, longs).lanewise(OR, longs).sub(next).mul(next);
    }
}
