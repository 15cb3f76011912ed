// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector kernels of one width. {@code KernelGenerator} writes the subclasses.
 *
 * <p><b>Lanes.</b> A group has as many packets as there are lanes of 32 bits (16 or 8), which are processed in
 * lockstep. ChaCha20 computes one block in each lane, with one word of its state in each vector. Poly1305 needs lanes
 * of 64 bits, so a group has two halves there: lane k of half h is packet 2k + h. A vector of ints splits into these
 * halves, its even and odd lanes, without a shuffle.
 *
 * <p><b>Memory.</b> All memory is in rows of {@link #ROW} bytes, with one vector in each row, in the order of its
 * lanes.
 *
 * <pre>
 * state: 0-3 constants  4-11 key  12 block counter  13 zero  14, 15 the packet's counter, low and high word
 * poly:  R 0-4 words or limbs of r   X 5-9 the accumulator   S 10, 11 s   COUNT 12 steps for finish   TAG 13, 14
 *        one packet: R 0-4 limbs of r, then of its power for all blocks but the last   Q 10-14 those for the last ones
 * </pre>
 *
 * <p><b>Bounds, packets in lockstep.</b> In lanes of 64 bits r is four words of 32 bits. r[0] is below 2^28; so are the
 * others, whose lower two bits are also clear, so that 5/4 r[j] is an integer below 1.25 * 2^28. The accumulator x has
 * five words. It holds the sum with the last block added, so that a step is {@code x = x * r + m}, and one
 * multiplication without a message ends it. A carry leaves four words h below 2^32, and h[4], of weight 2^128, at most
 * 4: two bits, and a carry of at most one. Word k of a product is at most (1 + 3 * 1.25) * 2^60 plus a message word
 * below 2^32 (this is k = 0; other words are less, except for h[4] times 2^29), and word 4 is at most 4 * 2^28 + 1. No
 * sum comes near 2^63. The carry out of word 3 is below 2^31, so the folded part e is below 2^32, as is each factor.
 *
 * <p><b>Bounds, one packet.</b> Powers of r have no clear bits, so they take five limbs of 26 bits. After a carry limbs
 * 0, 2, 3 and 4 are masked to 26 bits, and limb 1 is below 2^26 + 2^8 (see below); this holds for both factors of a
 * step. Five times a limb is below 5 * 2^26 + 2^11. Limb k of a product is at most 1 + 4 * 5 products of 2^52 (k = 0;
 * fewer fives elsewhere), and the excess of both limbs 1 adds less than 2^38. With a message of at most 2^52 this is
 * below 22 * 2^52 + 2^39 &lt; 2^57, and limb 4, which has no five-fold product, is below 6 * 2^52. Each carry is then
 * below 2^31, so that limb 4 with its carry in stays below 2^55. Its carry out re-enters five-fold, below 2^32, so limb
 * 0 passes less than 2^8 on to limb 1, which was masked before: below 2^26 + 2^8, as assumed.
 *
 * <p><b>Contract.</b> {@code sources} and {@code targets} have at least {@link #lanes()} elements. Kernels read and
 * write whole blocks of 64 bytes at {@code address + offset}; idle lanes point to scratch memory. They allocate nothing
 * once C2 has compiled them. {@link CompilerDirectives#install()} must be called before they run. They have no state.
 */
abstract class Kernels {
    /** Bytes from row to row, for both widths. */
    static final long ROW = 64;
    /** Bytes of the state. */
    static final long STATE_BYTES = 16 * ROW;
    /** Rows of Poly1305's memory for one half; the halves are adjacent. */
    static final int POLY_ROWS = 15;
    /** Bytes of Poly1305's memory for one half. */
    static final long POLY_BYTES = POLY_ROWS * ROW;
    /** First row of r, in words or in limbs. */
    static final long R = 0;
    /** First row of the accumulator. */
    static final long X = 5;
    /** First of the two rows of s. */
    static final long S = 10;
    /** Row of the number of steps of each lane in {@link #finish}. */
    static final long COUNT = 12;
    /** First of the two rows of the tag. */
    static final long TAG = 13;
    /** First row of the powers of r for the last blocks of a single packet. */
    static final long Q = 10;

    /** Packets in lockstep. */
    abstract int lanes();

    /** The name that {@link Aead#implementation()} gives. */
    abstract String implementation();

    /**
     * Starts a group: sets the rows of the packets' counters, makes block 0 of each packet (RFC 8439 section 2.6), sets
     * r and s of both halves from it and clears their accumulators; leaves the block counters at 1.
     *
     * @param counters the packets' counters: a row for half 0, then one for half 1
     */
    abstract void keys(long state, long poly, long counters);

    /** Prepares the state for a single packet: lane i computes its block {@code firstBlock + i}. */
    abstract void spread(long state, long counter, int firstBlock);

    /**
     * Encrypts or decrypts a block in each lane, {@code passes} times. After each pass the block counters grow by
     * {@code stride}, and the addresses by as many blocks.
     */
    abstract void cipher(long state, long[] sources, long[] targets, long offset, int passes, int stride);

    /** Loads the key at an address into the state. */
    abstract void key(long state, long key);

    /** Zeroes whole rows, such as those of secrets at their end. */
    abstract void zero(long address, int rows);

    /** Makes 4 blocks of a packet's keystream, in half the time of {@link #cipher} with 16 lanes. */
    abstract void blocks4(long state, long counter, int firstBlock, long keystream);

    /** Makes 8 blocks of a packet's keystream. */
    abstract void blocks8(long state, long counter, int firstBlock, long keystream);

    /** XORs whole blocks with keystream in memory. */
    abstract void xor(long keystream, long source, long target, int blocks);

    /**
     * Transposes blocks of one half's packets into rows for {@link #absorb}: eight for each block, each with 64 bits of
     * every packet. These rows are as wide as a vector, without gaps.
     */
    abstract void transpose(long[] sources, int half, long offset, int blocks, long target);

    /**
     * Absorbs a block of 16 bytes in each lane of both halves, {@code steps} times: {@code x = x * r + m} for each.
     *
     * @param message address of the first half's blocks: two rows without gaps for each step
     * @param distance bytes from there to the second half's blocks
     */
    abstract void absorb(long poly, long message, long distance, int steps);

    /**
     * Prepares {@link #absorbRun}. R has five limbs of 26 bits of r, each at the start of its row; it receives those of
     * r to the power of L, the number of a half's lanes, and Q in each lane those of the power for its last block.
     */
    abstract void powers(long poly);

    /**
     * Absorbs consecutive blocks of one message, {@code steps} times as many as a half has lanes (L). In each step lane
     * 2k takes block k, and lane 2k + 1 takes block L/2 + k. R and Q are those of {@link #powers}. X receives in each
     * lane five limbs, below 2^26 except limb 1; the sum of the lanes is the result.
     */
    abstract void absorbRun(long poly, long message, int steps);

    /** Absorbs the last blocks, as many as COUNT in each lane, at most {@code steps}, and computes the tags. */
    abstract void finish(long poly, long message, int steps);

    /** Lanes for the first of two interleaved vectors: its own where {@code bit} is clear, else the second's. */
    static IntVector interleaveLow(VectorSpecies<Integer> species, int bit) {
        int lanes = species.length();
        int[] index = new int[lanes];
        for (int l = 0; l < lanes; l++) {
            index[l] = (l & bit) != 0 ? lanes + (l ^ bit) : l;
        }
        return IntVector.fromArray(species, index, 0);
    }

    /** Lanes for the second of two interleaved vectors: its own where {@code bit} is set, else the first's. */
    static IntVector interleaveHigh(VectorSpecies<Integer> species, int bit) {
        int lanes = species.length();
        int[] index = new int[lanes];
        for (int l = 0; l < lanes; l++) {
            index[l] = (l & bit) != 0 ? lanes + l : l ^ bit;
        }
        return IntVector.fromArray(species, index, 0);
    }

    /** Exponents of r, less one, for the last block of each lane in {@link #absorbRun}. */
    static LongVector exponents(VectorSpecies<Long> species) {
        int lanes = species.length();
        long[] exponents = new long[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            exponents[lane] = lanes - 1 - (lane >> 1) - (lane & 1) * (lanes >> 1);
        }
        return LongVector.fromArray(species, exponents, 0);
    }

    /** Rotates each group of four words to the left. */
    static VectorShuffle<Integer> rotate(VectorSpecies<Integer> species, int words) {
        return VectorShuffle.fromOp(species, l -> l & ~3 | l + words & 3);
    }

    /** The lanes of word {@code word} in each group of four. */
    static VectorMask<Integer> everyFourth(VectorSpecies<Integer> species, int word) {
        return VectorMask.fromLong(species, 0x1111L << word);
    }

    /** The lanes with {@code bit} set in their number. */
    static VectorMask<Integer> lanesWithBit(VectorSpecies<Integer> species, int bit) {
        long set = 0;
        for (int l = 0; l < species.length(); l++) {
            if ((l & bit) != 0) {
                set |= 1L << l;
            }
        }
        return VectorMask.fromLong(species, set);
    }
}
