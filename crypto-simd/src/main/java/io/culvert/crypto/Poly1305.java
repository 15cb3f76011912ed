// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * Poly1305 (RFC 8439 section 2.5) of one message, for single packets. For one thread.
 *
 * <p>Long messages use {@link Kernels#absorbRun}. It needs {@link Kernels#powers} of r, which cost as much as some ten
 * blocks.
 */
final class Poly1305 extends ScalarPoly1305 {
    private static final long MASK_26 = (1L << 26) - 1;
    /** Shorter messages are faster block by block. */
    private static final int RUN_BLOCKS = 16;

    private final Kernels kernels;
    private final Scratch scratch;
    private final int lanes;

    Poly1305(Kernels kernels, Scratch scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
        lanes = kernels.lanes() / 2;
    }

    /** Computes the tag of the first message under a key, without additional data. */
    void authenticate(long message, int length) {
        int whole = length >> 4;
        int run = whole < RUN_BLOCKS ? 0 : whole / lanes;
        if (run > 0) {
            run(message, run);
        }
        blocks(message + 16L * lanes * run, whole - lanes * run);
        blocks(scratch.tails, writeTail(message + 16L * whole, length));
        finish();
    }

    /** Writes the partial last block, if any, padded with zeros, and the block of lengths; returns their number. */
    private int writeTail(long rest, int length) {
        int bytes = length & 15;
        int blocks = 0;
        if (bytes > 0) {
            int low = Math.min(bytes, 8);
            RawMemory.putLong(scratch.tails, TailBytes.load(rest, low));
            RawMemory.putLong(scratch.tails + 8, TailBytes.load(rest + low, bytes - low));
            blocks = 1;
        }
        RawMemory.putLong(scratch.tails + 16L * blocks, 0);
        RawMemory.putLong(scratch.tails + 16L * blocks + 8, length);
        return blocks + 1;
    }

    /** Absorbs {@code steps} times {@code lanes} blocks with the vector kernel. */
    private void run(long message, int steps) {
        long limbs = scratch.poly + Kernels.R * Kernels.ROW;
        RawMemory.putLong(limbs, r0 & MASK_26);
        RawMemory.putLong(limbs + Kernels.ROW, r0 >>> 26 & MASK_26);
        RawMemory.putLong(limbs + 2 * Kernels.ROW, (r0 >>> 52 | r1 << 12) & MASK_26);
        RawMemory.putLong(limbs + 3 * Kernels.ROW, r1 >>> 14 & MASK_26);
        RawMemory.putLong(limbs + 4 * Kernels.ROW, r1 >>> 40);
        kernels.powers(scratch.poly);
        kernels.absorbRun(scratch.poly, message, steps);
        takeSum(scratch.poly + Kernels.X * Kernels.ROW);
        kernels.zero(scratch.poly, Kernels.POLY_ROWS);
    }

    /** Adds the lanes up to h. The carry into the lowest limb is small, but may propagate through all limbs. */
    private void takeSum(long rows) {
        long l0 = sum(rows);
        long l1 = sum(rows + Kernels.ROW) + (l0 >>> 26);
        long l2 = sum(rows + 2 * Kernels.ROW) + (l1 >>> 26);
        long l3 = sum(rows + 3 * Kernels.ROW) + (l2 >>> 26);
        long l4 = sum(rows + 4 * Kernels.ROW) + (l3 >>> 26);
        l0 = (l0 & MASK_26) + 5 * (l4 >>> 26);
        l1 = (l1 & MASK_26) + (l0 >>> 26);
        l2 = (l2 & MASK_26) + (l1 >>> 26);
        l3 = (l3 & MASK_26) + (l2 >>> 26);
        l4 = (l4 & MASK_26) + (l3 >>> 26);
        h0 = l0 & MASK_26 | (l1 & MASK_26) << 26 | l2 << 52;
        h1 = (l2 & MASK_26) >>> 12 | (l3 & MASK_26) << 14 | l4 << 40;
        h2 = l4 >>> 24;
    }

    private long sum(long row) {
        long sum = 0;
        for (int lane = 0; lane < lanes; lane++) {
            sum += RawMemory.getLong(row + lane * 8L);
        }
        return sum;
    }
}
