package io.culvert.crypto;

import java.util.Arrays;

/**
 * Poly1305 (RFC 8439 section 2.5) of one message at a time, for lone packets. For one thread.
 *
 * <p>Limbs of 44, 44 and 42 bits. A product of two limbs is needed as its low 44 bits and the rest: the rest is the upper
 * half of the 128-bit product of both factors shifted left by ten, which is one instruction.
 *
 * <p>Bounds: after a step h0 and h2 are below 2^44 and 2^42, and h1 below 2^44 + 2^20; the message adds less than 2^44 to
 * each, so that all are below 2^46, shifted below 2^56. r is below 2^44 and 20 r below 2^49, shifted below 2^59. Each low
 * part is below 2^44, each upper part below 2^51, so that sums of three, twenty times such a sum, and carries stay below
 * 2^58.
 *
 * <p>Long messages go by {@link Kernels#absorbRun}, which takes powers of r; these cost as much as some thirty blocks.
 */
final class Poly1305 {
    private static final long MASK_44 = (1L << 44) - 1;
    private static final long MASK_42 = (1L << 42) - 1;
    private static final long MASK_26 = (1L << 26) - 1;
    /** 2^128, where the top limb begins at 2^88. */
    private static final long WHOLE_BLOCK = 1L << 40;
    /** Fewer blocks than these are faster one by one. */
    private static final int RUN_BLOCKS = 32;

    private final Kernels kernels;
    private final Scratch scratch;
    private final int lanes;
    /** r to the powers 1 to {@code lanes}, three limbs each. */
    private final long[] powers;

    private long r0;
    private long r1;
    private long r2;
    private long h0;
    private long h1;
    private long h2;
    private long sLow;
    private long sHigh;
    private long tagLow;
    private long tagHigh;

    Poly1305(Kernels kernels, Scratch scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
        lanes = kernels.lanes() / 2;
        powers = new long[3 * lanes];
    }

    /** Takes a key: r and s, 32 bytes. */
    void key(long key) {
        long low = RawMemory.getLong(key) & 0x0ffffffc0fffffffL;
        long high = RawMemory.getLong(key + 8) & 0x0ffffffc0ffffffcL;
        r0 = low & MASK_44;
        r1 = (low >>> 44 | high << 20) & MASK_44;
        r2 = high >>> 24;
        sLow = RawMemory.getLong(key + 16);
        sHigh = RawMemory.getLong(key + 24);
    }

    /** Makes the tag of a message alone, without additional data. */
    void authenticate(long message, int length) {
        h0 = 0;
        h1 = 0;
        h2 = 0;
        int whole = length >> 4;
        int run = whole < RUN_BLOCKS ? 0 : whole / lanes;
        if (run > 0) {
            run(message, run);
        }
        blocks(message + 16L * lanes * run, whole - lanes * run);
        blocks(scratch.tails, layTail(message + 16L * whole, length));
        finish();
    }

    /** The first eight bytes of the tag. */
    long tagLow() {
        return tagLow;
    }

    /** The last eight bytes of the tag. */
    long tagHigh() {
        return tagHigh;
    }

    /** Zeroes the state. */
    void forget() {
        r0 = 0;
        r1 = 0;
        r2 = 0;
        h0 = 0;
        h1 = 0;
        h2 = 0;
        sLow = 0;
        sHigh = 0;
        tagLow = 0;
        tagHigh = 0;
    }

    /** Lays the last block, padded with zeros, if there is one, and the block of lengths; gives how many. */
    private int layTail(long rest, int length) {
        int bytes = length & 15;
        int blocks = 0;
        if (bytes > 0) {
            int low = Math.min(bytes, 8);
            RawMemory.putLong(scratch.tails, Partial.load(rest, low));
            RawMemory.putLong(scratch.tails + 8, Partial.load(rest + low, bytes - low));
            blocks = 1;
        }
        RawMemory.putLong(scratch.tails + 16L * blocks, 0);
        RawMemory.putLong(scratch.tails + 16L * blocks + 8, length);
        return blocks + 1;
    }

    /**
     * {@code h = (h + block) * r} for each; what passes 2^132 comes back twenty-fold, since 2^130 is 5. Both halves of a
     * product come from the shifted factors, so that only those take registers: the lower half is 20 bits too far left.
     */
    private void blocks(long message, int count) {
        long a0 = r0 << 10;
        long a1 = r1 << 10;
        long a2 = r2 << 10;
        long b1 = a1 * 20;
        long b2 = a2 * 20;
        long x0 = h0;
        long x1 = h1;
        long x2 = h2;
        for (int i = 0; i < count; i++) {
            long low = RawMemory.getLong(message + 16L * i);
            long high = RawMemory.getLong(message + 16L * i + 8);
            long u0 = x0 + (low & MASK_44) << 10;
            long u1 = x1 + ((low >>> 44 | high << 20) & MASK_44) << 10;
            long u2 = x2 + (high >>> 24) + WHOLE_BLOCK << 10;
            long d0 = 20 * (Math.multiplyHigh(u0, a2) + Math.multiplyHigh(u1, a1) + Math.multiplyHigh(u2, a0));
            long d1 = Math.multiplyHigh(u0, a0) + Math.multiplyHigh(u1, b2) + Math.multiplyHigh(u2, b1);
            long d2 = Math.multiplyHigh(u0, a1) + Math.multiplyHigh(u1, a0) + Math.multiplyHigh(u2, b2);
            d0 += (u0 * a0 >>> 20) + (u1 * b2 >>> 20) + (u2 * b1 >>> 20);
            d1 += (u0 * a1 >>> 20) + (u1 * a0 >>> 20) + (u2 * b2 >>> 20);
            d2 += (u0 * a2 >>> 20) + (u1 * a1 >>> 20) + (u2 * a0 >>> 20);
            d1 += d0 >>> 44;
            d2 += d1 >>> 44;
            d0 = (d0 & MASK_44) + 5 * (d2 >>> 42);
            x2 = d2 & MASK_42;
            x1 = (d1 & MASK_44) + (d0 >>> 44);
            x0 = d0 & MASK_44;
        }
        h0 = x0;
        h1 = x1;
        h2 = x2;
    }

    /** Takes {@code steps} times {@code lanes} blocks on the vector kernel. */
    private void run(long message, int steps) {
        powers();
        long poly = scratch.poly;
        for (int lane = 0; lane < lanes; lane++) {
            int block = (lane >> 1) + (lane & 1) * (lanes >> 1);
            putLimbs(poly + lane * 8L, lanes);
            putLimbs(poly + Kernels.POLY_BYTES + lane * 8L, lanes - block);
        }
        kernels.zero(poly + Kernels.X * Kernels.ROW, 5);
        kernels.absorbRun(poly, message, steps);
        takeSum(poly + Kernels.X * Kernels.ROW);
        kernels.zero(poly, 2 * Kernels.POLY_ROWS);
        Arrays.fill(powers, 0);
    }

    /** Each power is the product of two that are known, in as few rounds as can be. */
    private void powers() {
        powers[0] = r0;
        powers[1] = r1;
        powers[2] = r2;
        for (int power = 2; power <= lanes; power++) {
            int half = Integer.highestOneBit(power - 1);
            multiply(half, power - half);
        }
    }

    /** Sets power {@code i + j}. */
    private void multiply(int i, int j) {
        long x0 = powers[3 * i - 3];
        long x1 = powers[3 * i - 2];
        long x2 = powers[3 * i - 1];
        long y0 = powers[3 * j - 3];
        long y1 = powers[3 * j - 2];
        long y2 = powers[3 * j - 1];
        long s1 = y1 * 20;
        long s2 = y2 * 20;
        long d0 = (x0 * y0 & MASK_44) + (x1 * s2 & MASK_44) + (x2 * s1 & MASK_44);
        long d1 = (x0 * y1 & MASK_44) + (x1 * y0 & MASK_44) + (x2 * s2 & MASK_44);
        long d2 = (x0 * y2 & MASK_44) + (x1 * y1 & MASK_44) + (x2 * y0 & MASK_44);
        d1 += over(x0, y0) + over(x1, s2) + over(x2, s1);
        d2 += over(x0, y1) + over(x1, y0) + over(x2, s2);
        d0 += 20 * (over(x0, y2) + over(x1, y1) + over(x2, y0));
        d1 += d0 >>> 44;
        d2 += d1 >>> 44;
        d0 = (d0 & MASK_44) + 5 * (d2 >>> 42);
        d1 = (d1 & MASK_44) + (d0 >>> 44);
        int k = 3 * (i + j);
        powers[k - 3] = d0 & MASK_44;
        powers[k - 2] = d1 & MASK_44;
        powers[k - 1] = (d2 & MASK_42) + (d1 >>> 44);
    }

    /** The product above its low 44 bits. */
    private static long over(long a, long b) {
        return Math.multiplyHigh(a << 10, b << 10);
    }

    /** Lays a power into rows, as limbs of 26 bits. */
    private void putLimbs(long at, int power) {
        long p0 = powers[3 * power - 3];
        long p1 = powers[3 * power - 2];
        long p2 = powers[3 * power - 1];
        RawMemory.putLong(at, p0 & MASK_26);
        RawMemory.putLong(at + Kernels.ROW, (p0 >>> 26 | p1 << 18) & MASK_26);
        RawMemory.putLong(at + 2 * Kernels.ROW, p1 >>> 8 & MASK_26);
        RawMemory.putLong(at + 3 * Kernels.ROW, (p1 >>> 34 | p2 << 10) & MASK_26);
        RawMemory.putLong(at + 4 * Kernels.ROW, p2 >>> 16);
    }

    /** Adds the lanes up to h. */
    private void takeSum(long rows) {
        long l0 = sum(rows);
        long l1 = sum(rows + Kernels.ROW) + (l0 >>> 26);
        long l2 = sum(rows + 2 * Kernels.ROW) + (l1 >>> 26);
        long l3 = sum(rows + 3 * Kernels.ROW) + (l2 >>> 26);
        long l4 = sum(rows + 4 * Kernels.ROW) + (l3 >>> 26);
        h0 = (l0 & MASK_26) + ((l1 & MASK_26) << 26);
        h1 = (h0 >>> 44) + ((l2 & MASK_26) << 8) + ((l3 & 0x3ff) << 34);
        h2 = ((l3 & MASK_26) >>> 10) + ((l4 & MASK_26) << 16);
        h0 = (h0 & MASK_44) + 5 * (l4 >>> 26);
    }

    private long sum(long row) {
        long sum = 0;
        for (int lane = 0; lane < lanes; lane++) {
            sum += RawMemory.getLong(row + lane * 8L);
        }
        return sum;
    }

    /**
     * Reduces to below 2^130 - 5 without a branch, and adds s. When a carry comes round to limb 0, limb 1 has just passed
     * 2^44 and is small, so it cannot pass it again.
     */
    private void finish() {
        long x2 = h2 + (h1 >>> 44);
        long x0 = h0 + 5 * (x2 >>> 42);
        long x1 = (h1 & MASK_44) + (x0 >>> 44);
        x0 &= MASK_44;
        x2 &= MASK_42;
        long g0 = x0 + 5;
        long g1 = x1 + (g0 >>> 44);
        long g2 = x2 + (g1 >>> 44) - (1L << 42);
        long below = g2 >> 63;
        x0 = x0 & below | g0 & MASK_44 & ~below;
        x1 = x1 & below | g1 & MASK_44 & ~below;
        x2 = x2 & below | g2 & MASK_42 & ~below;
        long low = x0 | x1 << 44;
        long high = x1 >>> 20 | x2 << 24;
        tagLow = low + sLow;
        long overflow = (low & sLow | (low | sLow) & ~tagLow) >>> 63;
        tagHigh = high + sHigh + overflow;
    }
}
