// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static io.culvert.engine.noise.X25519.ELEMENT;

import io.culvert.natives.Memory;

/**
 * Multiples of X25519's base point, for public keys: by a table of its doubles, in little more than half of the time
 * (Oliveira, Lopez, Hisil, Faz-Hernandez and Rodriguez-Henriquez, "How to (pre-)compute a ladder", 2017).
 *
 * <p>The ladder goes from the scalar's lower bits to its upper ones. Besides the sum R of the doubles 2^i P that are
 * taken, it keeps the difference D of the next double and R: an addition needs the difference of its operands. If a bit
 * is 1, R becomes R + 2^i P, whose operands differ by D; if it is 0, D becomes D + 2^i P, whose operands differ by R. R
 * begins at a point of order 4, so that neither is ever a point for which the formulas fail; the factor of 8, which a
 * clamped scalar has, comes last and removes it.
 *
 * <p>Any thread; otherwise as {@link X25519}.
 */
final class BasePoint {
    private static final int BASE_POINT = 9;
    /** Bits of a clamped scalar above the lowest three. */
    private static final int BITS = 252;
    /** The lowest three bits. */
    private static final int COFACTOR_BITS = 3;

    /** The limbs of u(P - S), where S is the point of order 4 with u = 1. */
    private static final long[] DIFFERENCE = {
        0x31e0137d48290L, 0x23d69a240f02dL, 0x28adc75103da9L, 0x265a91c2fa36eL, 0x215132111d835L
    };

    /** For each double of the point, (u + 1) / (u - 1). Not secret; allocated for good. */
    private static final long TABLE = table();

    private BasePoint() {}

    /**
     * Writes the u-coordinate of {@code scalar} times the base point.
     *
     * @param scalar 32 bytes; clamped here
     * @param result 32 bytes
     * @param work {@value X25519#WORK_BYTES} bytes, which the caller zeroes
     */
    static void multiply(long scalar, long result, long work) {
        Memory.check(scalar, Curve25519.KEY_BYTES);
        Memory.check(result, Curve25519.KEY_BYTES);
        Memory.check(work, X25519.WORK_BYTES);
        long x1 = work;
        long z1 = work + ELEMENT;
        long x2 = work + 2 * ELEMENT;
        long z2 = work + 3 * ELEMENT;
        long free = work + 4 * ELEMENT;
        X25519.small(x1, 1);
        X25519.small(z1, 1);
        for (int i = 0; i < DIFFERENCE.length; i++) {
            X25519.limb(x2, i, DIFFERENCE[i]);
        }
        X25519.small(z2, 1);
        int first = 1;
        for (int i = 0; i < BITS; i++) {
            int bit = X25519.bit(scalar, i + COFACTOR_BITS);
            X25519.swap(first ^ bit, x1, x2);
            X25519.swap(first ^ bit, z1, z2);
            first = bit;
            add(x1, z1, TABLE + (long) i * ELEMENT, x2, z2, free);
        }
        // The highest bit of a clamped scalar is 1, so R is in the first place now.
        for (int i = 0; i < COFACTOR_BITS; i++) {
            twice(x1, z1, free);
        }
        X25519.invert(z1, free);
        X25519.product(x1, x1, z1);
        X25519.encode(x1, result);
    }

    /** Adds to (x, z) the point of a table entry, where (dx, dz) is the difference of both. */
    private static void add(long x, long z, long entry, long dx, long dz, long free) {
        long a = free;
        long b = free + ELEMENT;
        X25519.sum(a, x, z);
        X25519.difference(b, x, z);
        X25519.product(b, b, entry);
        X25519.sum(x, a, b);
        X25519.square(x, x);
        X25519.product(x, x, dz);
        X25519.difference(z, a, b);
        X25519.square(z, z);
        X25519.product(z, z, dx);
    }

    private static void twice(long x, long z, long free) {
        X25519.sum(free, x, z);
        X25519.difference(free + ELEMENT, x, z);
        X25519.twice(x, z, free, free + ELEMENT, free + 2 * ELEMENT);
    }

    /** Computes the table, with one inversion for all entries (Montgomery's trick). */
    private static long table() {
        long table = Memory.allocate((long) BITS * ELEMENT, Long.BYTES);
        // The denominators, the products of all before each, and working memory.
        long denominators = Memory.allocate((2L * BITS + 1) * ELEMENT + X25519.WORK_BYTES, Long.BYTES);
        long products = denominators + (long) BITS * ELEMENT;
        long x = products + (BITS + 1L) * ELEMENT;
        long z = x + ELEMENT;
        long free = x + 2 * ELEMENT;
        X25519.small(x, BASE_POINT);
        X25519.small(z, 1);
        X25519.small(products, 1);
        for (int i = 0; i < BITS; i++) {
            long at = (long) i * ELEMENT;
            X25519.sum(free, x, z);
            X25519.difference(free + ELEMENT, x, z);
            X25519.copy(free, table + at);
            X25519.copy(free + ELEMENT, denominators + at);
            X25519.product(products + at + ELEMENT, products + at, denominators + at);
            X25519.twice(x, z, free, free + ELEMENT, free + 2 * ELEMENT);
        }
        X25519.copy(products + (long) BITS * ELEMENT, x);
        X25519.invert(x, free);
        for (int i = BITS - 1; i >= 0; i--) {
            long at = (long) i * ELEMENT;
            X25519.product(z, x, products + at);
            X25519.product(table + at, table + at, z);
            X25519.product(x, x, denominators + at);
        }
        Memory.free(denominators);
        return table;
    }
}
