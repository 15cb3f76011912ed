// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * Poly1305 (RFC 8439 section 2.5) block by block. For one thread.
 *
 * <p>In words of 64 bits h is h0 + h1 * 2^64 + h2 * 2^128, and r is r0 + r1 * 2^64. The lower two bits of r1 are clear
 * and 2^130 = 5 (mod p), so 2^128 * r1 = q1 (mod p) with q1 = 5/4 * r1.
 *
 * <p>Bounds: r0 and r1 are below 2^60, q1 is below 1.25 * 2^60. After a step h2 is at most 4, and at most 6 with the
 * next block added. The upper half of a product of a word with r0, r1 or q1 is below that factor, and h2 times a factor
 * is at most 7.5 * 2^60. So the sums for the second and third word, before carries are taken out, stay below 2^64, and
 * so do five quarters of the third.
 */
class ScalarPoly1305 {
    long r0;
    long r1;
    long h0;
    long h1;
    long h2;
    private long sLow;
    private long sHigh;
    private long tagLow;
    private long tagHigh;

    /** Takes a key: r and s, 32 bytes; the sum is 0. */
    final void key(long key) {
        r0 = RawMemory.getLong(key) & 0x0ffffffc0fffffffL;
        r1 = RawMemory.getLong(key + 8) & 0x0ffffffc0ffffffcL;
        sLow = RawMemory.getLong(key + 16);
        sHigh = RawMemory.getLong(key + 24);
        h0 = 0;
        h1 = 0;
        h2 = 0;
    }

    /** The first eight bytes of the tag. */
    final long tagLow() {
        return tagLow;
    }

    /** The last eight bytes of the tag. */
    final long tagHigh() {
        return tagHigh;
    }

    /** Zeroes the state. */
    final void forget() {
        r0 = 0;
        r1 = 0;
        h0 = 0;
        h1 = 0;
        h2 = 0;
        sLow = 0;
        sHigh = 0;
        tagLow = 0;
        tagHigh = 0;
    }

    /** Computes {@code h = (h + block) * r} for each block. */
    final void blocks(long message, int count) {
        long q1 = r1 + (r1 >>> 2);
        long x0 = h0;
        long x1 = h1;
        long x2 = h2;
        for (long at = message, end = message + 16L * count; at != end; at += 16) {
            long low = RawMemory.getLong(at);
            long high = RawMemory.getLong(at + 8);
            long u0 = x0 + low;
            long carry = carry(x0, low, u0);
            long u1 = x1 + high + carry;
            long u2 = x2 + 1 + carry(x1, high, u1);

            long a0 = u0 * r0;
            long b0 = u1 * q1;
            long d0 = a0 + b0;
            long e1 =
                    Math.unsignedMultiplyHigh(u0, r0) + Math.unsignedMultiplyHigh(u1, q1) + u2 * q1 + carry(a0, b0, d0);
            long a1 = u0 * r1;
            long b1 = u1 * r0;
            long c1 = a1 + b1;
            long d1 = c1 + e1;
            long d2 = Math.unsignedMultiplyHigh(u0, r1)
                    + Math.unsignedMultiplyHigh(u1, r0)
                    + u2 * r0
                    + carry(a1, b1, c1)
                    + carry(c1, e1, d1);

            long over = (d2 >>> 2) + (d2 & ~3);
            x0 = d0 + over;
            x1 = d1 + carry(d0, over, x0);
            x2 = (d2 & 3) + carry(d1, 0, x1);
        }
        h0 = x0;
        h1 = x1;
        h2 = x2;
    }

    /** The carry out of {@code sum = a + b}, with or without a carry in. Without a branch, for constant time. */
    private static long carry(long a, long b, long sum) {
        return (a & b | (a | b) & ~sum) >>> 63;
    }

    /** Reduces h modulo p = 2^130 - 5 without a branch (h - p = h + 5 - 2^130), and adds s. */
    final void finish() {
        long g0 = h0 + 5;
        long g1 = h1 + carry(h0, 5, g0);
        long g2 = h2 + carry(h1, 0, g1);
        long below = g2 - 4 >> 63;
        long low = h0 & below | g0 & ~below;
        long high = h1 & below | g1 & ~below;
        tagLow = low + sLow;
        tagHigh = high + sHigh + carry(low, sLow, tagLow);
    }
}
