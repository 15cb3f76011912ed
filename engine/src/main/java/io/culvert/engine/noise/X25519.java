// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.culvert.natives.Memory;
import java.lang.foreign.MemorySegment;

/**
 * The function X25519 (RFC 7748, section 5): the u-coordinate of a multiple of a point, by the Montgomery ladder.
 *
 * <p>A field element is five limbs of 51 bits each, in memory of the caller, off the heap: there the garbage collector
 * makes no copies, and the caller zeroes it. Neither branches nor addresses depend on secrets.
 *
 * <p>Bounds: the limbs of a product are below 2^51 + 2^18, and those of what is multiplied, sums and differences of
 * products, below 2^53 + 2^20. With twice the fold these are below 2^59, the upper part of a partial product is below
 * 2^61, and the arguments of {@link #store} are below 2^63.
 *
 * <p>Any thread; each call has working memory of its own. That memory is checked once, so accesses are raw here.
 */
final class X25519 {
    /** Bytes of working memory for {@link #multiply}; afterwards it holds secrets. */
    static final int WORK_BYTES = 8 * 5 * Long.BYTES;

    private static final MemorySegment ALL = Memory.all();

    private static final int BITS = 51;
    private static final long MASK = (1L << BITS) - 1;
    /** 2^255 = 19 modulo p. */
    private static final int FOLD = 19;
    /** (A - 2) / 4 of the curve, with which RFC 7748 writes the doubling. */
    private static final int A24 = 121_665;
    /** Limbs of 2p, which keep differences positive: the lowest and the others. */
    private static final long TWO_P0 = 2 * (MASK - 18);

    private static final long TWO_P = 2 * MASK;
    /** Bytes of a field element. */
    static final int ELEMENT = 5 * Long.BYTES;

    private X25519() {}

    /**
     * Writes the u-coordinate of {@code scalar} times the point of u-coordinate {@code point}.
     *
     * @param scalar 32 bytes; clamped here
     * @param point 32 bytes; the top bit is ignored, and values of p or more count modulo p
     * @param result 32 bytes; may be the same memory as an input
     * @param work {@value #WORK_BYTES} bytes, which the caller zeroes
     */
    static void multiply(long scalar, long point, long result, long work) {
        Memory.check(scalar, Curve25519.KEY_BYTES);
        Memory.check(point, Curve25519.KEY_BYTES);
        Memory.check(result, Curve25519.KEY_BYTES);
        Memory.check(work, WORK_BYTES);
        long x1 = work;
        long x2 = work + ELEMENT;
        long z2 = work + 2 * ELEMENT;
        long x3 = work + 3 * ELEMENT;
        long z3 = work + 4 * ELEMENT;
        decode(point, x1);
        small(x2, 1);
        small(z2, 0);
        copy(x1, x3);
        small(z3, 1);
        int swapped = 0;
        for (int i = 254; i >= 0; i--) {
            int bit = bit(scalar, i);
            swap(swapped ^ bit, x2, x3);
            swap(swapped ^ bit, z2, z3);
            swapped = bit;
            step(x1, x2, z2, x3, z3, work + 5 * ELEMENT);
        }
        // The lowest bit of a clamped scalar is 0, so nothing is swapped now.
        invert(z2, work + 3 * ELEMENT);
        product(x2, x2, z2);
        encode(x2, result);
    }

    /** A bit of the clamped scalar. */
    static int bit(long scalar, int i) {
        if (i < 3) {
            return 0;
        }
        return i == 254 ? 1 : ALL.get(JAVA_BYTE, scalar + (i >> 3)) >> (i & 7) & 1;
    }

    /** One step of the ladder: doubles (x2, z2) and adds it to (x3, z3), whose difference is x1. */
    private static void step(long x1, long x2, long z2, long x3, long z3, long free) {
        long a = free;
        long b = free + ELEMENT;
        long c = free + 2 * ELEMENT;
        sum(a, x2, z2);
        difference(b, x2, z2);
        sum(c, x3, z3);
        difference(z3, x3, z3);
        // DA and CB
        product(z3, z3, a);
        product(c, c, b);
        sum(x3, z3, c);
        square(x3, x3);
        difference(z3, z3, c);
        square(z3, z3);
        product(z3, z3, x1);
        twice(x2, z2, a, b, c);
    }

    /** Doubles (x, z), given the sum a and the difference b of its coordinates; c is working memory. */
    static void twice(long x, long z, long a, long b, long c) {
        // AA, BB and E
        square(a, a);
        square(b, b);
        product(x, a, b);
        difference(c, a, b);
        scaledSum(b, a, c);
        product(z, c, b);
    }

    /** Sets {@code z} to its inverse by Fermat, z^(p-2); the inverse of 0 is 0. */
    static void invert(long z, long free) {
        long a = free;
        long b = free + ELEMENT;
        long c = free + 2 * ELEMENT;
        long d = free + 3 * ELEMENT;
        squares(a, z, 1); // 2
        squares(b, a, 2); // 8
        product(b, b, z); // 9
        product(a, a, b); // 11
        squares(c, a, 1); // 22
        product(b, b, c); // 2^5 - 1
        squares(c, b, 5);
        product(b, c, b); // 2^10 - 1
        squares(c, b, 10);
        product(c, c, b); // 2^20 - 1
        squares(d, c, 20);
        product(c, d, c); // 2^40 - 1
        squares(c, c, 10);
        product(b, c, b); // 2^50 - 1
        squares(c, b, 50);
        product(c, c, b); // 2^100 - 1
        squares(d, c, 100);
        product(c, d, c); // 2^200 - 1
        squares(c, c, 50);
        product(b, c, b); // 2^250 - 1
        squares(b, b, 5);
        product(z, b, a); // 2^255 - 21
    }

    private static void squares(long r, long a, int count) {
        square(r, a);
        for (int i = 1; i < count; i++) {
            square(r, r);
        }
    }

    static long limb(long element, int i) {
        return ALL.get(JAVA_LONG_UNALIGNED, element + (long) i * Long.BYTES);
    }

    static void limb(long element, int i, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, element + (long) i * Long.BYTES, value);
    }

    static void small(long r, long value) {
        limb(r, 0, value);
        for (int i = 1; i < 5; i++) {
            limb(r, i, 0);
        }
    }

    static void copy(long a, long r) {
        for (int i = 0; i < 5; i++) {
            limb(r, i, limb(a, i));
        }
    }

    /** Exchanges two elements if {@code bit} is 1, without a branch. */
    static void swap(int bit, long a, long b) {
        long mask = -(long) bit;
        for (int i = 0; i < 5; i++) {
            long x = limb(a, i);
            long y = limb(b, i);
            long difference = (x ^ y) & mask;
            limb(a, i, x ^ difference);
            limb(b, i, y ^ difference);
        }
    }

    static void sum(long r, long a, long b) {
        for (int i = 0; i < 5; i++) {
            limb(r, i, limb(a, i) + limb(b, i));
        }
    }

    static void difference(long r, long a, long b) {
        limb(r, 0, limb(a, 0) + TWO_P0 - limb(b, 0));
        for (int i = 1; i < 5; i++) {
            limb(r, i, limb(a, i) + TWO_P - limb(b, i));
        }
    }

    /** r = a + A24 * b. */
    static void scaledSum(long r, long a, long b) {
        long b0 = limb(b, 0);
        long b1 = limb(b, 1);
        long b2 = limb(b, 2);
        long b3 = limb(b, 3);
        long b4 = limb(b, 4);
        store(
                r,
                limb(a, 0) + (A24 * b0 & MASK) + FOLD * high(A24, b4),
                limb(a, 1) + (A24 * b1 & MASK) + high(A24, b0),
                limb(a, 2) + (A24 * b2 & MASK) + high(A24, b1),
                limb(a, 3) + (A24 * b3 & MASK) + high(A24, b2),
                limb(a, 4) + (A24 * b4 & MASK) + high(A24, b3));
    }

    /** The bits from 2^51 on of a product, of factors below 2^55 and 2^60. */
    private static long high(long a, long b) {
        return Math.unsignedMultiplyHigh(a << 64 - BITS - 4, b << 4);
    }

    /**
     * r = a * b; what lies above 2^255 is folded by the factors c. For each power of 2^51, h is the sum of the upper
     * parts of five partial products. The sum of these products modulo 2^64, less h * 2^51, is that of their lower
     * parts.
     */
    static void product(long r, long a, long b) {
        long a0 = limb(a, 0);
        long a1 = limb(a, 1);
        long a2 = limb(a, 2);
        long a3 = limb(a, 3);
        long a4 = limb(a, 4);
        long b0 = limb(b, 0);
        long b1 = limb(b, 1);
        long b2 = limb(b, 2);
        long b3 = limb(b, 3);
        long b4 = limb(b, 4);
        long c1 = FOLD * b1;
        long c2 = FOLD * b2;
        long c3 = FOLD * b3;
        long c4 = FOLD * b4;
        long h0 = high(a0, b0) + high(a1, c4) + high(a2, c3) + high(a3, c2) + high(a4, c1);
        long l0 = low(a0 * b0 + a1 * c4 + a2 * c3 + a3 * c2 + a4 * c1, h0);
        long h1 = high(a0, b1) + high(a1, b0) + high(a2, c4) + high(a3, c3) + high(a4, c2);
        long l1 = low(a0 * b1 + a1 * b0 + a2 * c4 + a3 * c3 + a4 * c2, h1);
        long h2 = high(a0, b2) + high(a1, b1) + high(a2, b0) + high(a3, c4) + high(a4, c3);
        long l2 = low(a0 * b2 + a1 * b1 + a2 * b0 + a3 * c4 + a4 * c3, h2);
        long h3 = high(a0, b3) + high(a1, b2) + high(a2, b1) + high(a3, b0) + high(a4, c4);
        long l3 = low(a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * c4, h3);
        long h4 = high(a0, b4) + high(a1, b3) + high(a2, b2) + high(a3, b1) + high(a4, b0);
        long l4 = low(a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0, h4);
        store(r, l0 + FOLD * h4, l1 + h0, l2 + h1, l3 + h2, l4 + h3);
    }

    /** r = a * a, as {@link #product}. */
    static void square(long r, long a) {
        long a0 = limb(a, 0);
        long a1 = limb(a, 1);
        long a2 = limb(a, 2);
        long a3 = limb(a, 3);
        long a4 = limb(a, 4);
        long d0 = 2 * a0;
        long d1 = 2 * a1;
        long d2 = 2 * a2;
        long c3 = FOLD * a3;
        long c4 = FOLD * a4;
        long e4 = 2 * c4;
        long h0 = high(a0, a0) + high(a1, e4) + high(d2, c3);
        long l0 = low(a0 * a0 + a1 * e4 + d2 * c3, h0);
        long h1 = high(d0, a1) + high(a2, e4) + high(a3, c3);
        long l1 = low(d0 * a1 + a2 * e4 + a3 * c3, h1);
        long h2 = high(d0, a2) + high(a1, a1) + high(a3, e4);
        long l2 = low(d0 * a2 + a1 * a1 + a3 * e4, h2);
        long h3 = high(d0, a3) + high(d1, a2) + high(a4, c4);
        long l3 = low(d0 * a3 + d1 * a2 + a4 * c4, h3);
        long h4 = high(d0, a4) + high(d1, a3) + high(a2, a2);
        long l4 = low(d0 * a4 + d1 * a3 + a2 * a2, h4);
        store(r, l0 + FOLD * h4, l1 + h0, l2 + h1, l3 + h2, l4 + h3);
    }

    /** The sum of lower parts. */
    private static long low(long products, long high) {
        return products - (high << BITS);
    }

    /** Stores limbs below 2^63 after carrying. */
    private static void store(long r, long r0, long r1, long r2, long r3, long r4) {
        long c1 = r1 + (r0 >>> BITS);
        long c2 = r2 + (c1 >>> BITS);
        long c3 = r3 + (c2 >>> BITS);
        long c4 = r4 + (c3 >>> BITS);
        limb(r, 0, (r0 & MASK) + FOLD * (c4 >>> BITS));
        limb(r, 1, c1 & MASK);
        limb(r, 2, c2 & MASK);
        limb(r, 3, c3 & MASK);
        limb(r, 4, c4 & MASK);
    }

    static void decode(long bytes, long r) {
        long w0 = ALL.get(JAVA_LONG_UNALIGNED, bytes);
        long w1 = ALL.get(JAVA_LONG_UNALIGNED, bytes + 8);
        long w2 = ALL.get(JAVA_LONG_UNALIGNED, bytes + 16);
        long w3 = ALL.get(JAVA_LONG_UNALIGNED, bytes + 24);
        limb(r, 0, w0 & MASK);
        limb(r, 1, (w0 >>> 51 | w1 << 13) & MASK);
        limb(r, 2, (w1 >>> 38 | w2 << 26) & MASK);
        limb(r, 3, (w2 >>> 25 | w3 << 39) & MASK);
        limb(r, 4, w3 >>> 12 & MASK);
    }

    /** Writes the least residue of an element. */
    static void encode(long a, long bytes) {
        // Twice, as the first carry out of the top may fill the lowest limb again.
        store(a, limb(a, 0), limb(a, 1), limb(a, 2), limb(a, 3), limb(a, 4));
        store(a, limb(a, 0), limb(a, 1), limb(a, 2), limb(a, 3), limb(a, 4));
        // Now it is below 2^255. It is p or more if and only if adding 19 carries out of the top.
        long carry = limb(a, 0) + FOLD >>> BITS;
        for (int i = 1; i < 5; i++) {
            carry = limb(a, i) + carry >>> BITS;
        }
        long r0 = limb(a, 0) + FOLD * carry;
        long r1 = limb(a, 1) + (r0 >>> BITS);
        long r2 = limb(a, 2) + (r1 >>> BITS);
        long r3 = limb(a, 3) + (r2 >>> BITS);
        long r4 = limb(a, 4) + (r3 >>> BITS);
        r0 &= MASK;
        r1 &= MASK;
        r2 &= MASK;
        r3 &= MASK;
        r4 &= MASK;
        ALL.set(JAVA_LONG_UNALIGNED, bytes, r0 | r1 << 51);
        ALL.set(JAVA_LONG_UNALIGNED, bytes + 8, r1 >>> 13 | r2 << 38);
        ALL.set(JAVA_LONG_UNALIGNED, bytes + 16, r2 >>> 26 | r3 << 25);
        ALL.set(JAVA_LONG_UNALIGNED, bytes + 24, r3 >>> 39 | r4 << 12);
    }
}
