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
 * Shows HotSpot the operators of the kernels by turns, before it sees the kernels.
 *
 * <p>Until C2 has compiled a kernel, the methods of the Vector API run as Java code, and HotSpot notes there which classes
 * come by. A kernel has thousands of one operator come by before the next: C2 compiles those methods for the one, is
 * proved wrong, and notes that it must not guess there again. It then leaves calls in whatever it compiles with these
 * methods inside, the kernels among them, and what lives across a call is an object: 5 to 16 KB for each train, in about
 * one process of fifteen (JDK 25). Who has seen all operators does not guess; a kernel's are constants and need no guess.
 */
final class OperatorProfiles {
    /** More than HotSpot waits for until it takes notes, and far fewer than C2 waits for. */
    private static final int ROUNDS = 300;

    private static boolean filled;

    private OperatorProfiles() {}

    /** Fills the profiles, unless that was done, with vectors of {@code bits} bits; takes some 80 ms. Thread-safe. */
    static synchronized void fill(int bits) {
        if (filled) {
            return;
        }
        filled = true;
        VectorShape shape = VectorShape.forBitSize(bits);
        IntVector ints = IntVector.zero(shape.withLanes(int.class));
        LongVector longs = LongVector.zero(shape.withLanes(long.class));
        for (int round = 0; round < ROUNDS; round++) {
            ints = each(ints, longs);
            longs = each(longs, ints);
        }
    }

    private static IntVector each(IntVector ints, LongVector longs) {
        IntVector next = ints.lanewise(ADD, longs.reinterpretAsInts()).lanewise(XOR, ints);
        next = next.lanewise(ROL, 1).lanewise(LSHL, 1).lanewise(LSHR, 1);
        return next.add(1).sub(next).and(next).or(next);
    }

    private static LongVector each(LongVector longs, IntVector ints) {
        LongVector next = longs.lanewise(ADD, ints.reinterpretAsLongs()).lanewise(XOR, longs);
        next = next.lanewise(LSHL, 1).lanewise(LSHR, 1).lanewise(ASHR, 1).lanewise(NOT);
        return next.lanewise(AND, longs).lanewise(OR, longs).sub(next).mul(next);
    }
}
