package io.culvert.crypto;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector kernels at one width. The subclasses are written by {@code KernelGenerator}.
 *
 * <p><b>Lanes.</b> A group of packets goes in lockstep, as many as there are lanes of 32 bits (16 or 8). ChaCha20 takes
 * one block in each lane, one word of its state in each vector. Poly1305 needs lanes of 64 bits, so a group is two
 * halves there: lane k of half h is packet 2k + h, which is where a vector of ints falls apart into even and odd lanes
 * without a shuffle.
 *
 * <p><b>Memory.</b> All in rows of {@link #ROW} bytes, a vector in each; lanes lie as in the vector.
 *
 * <pre>
 * state: 0-3 constants  4-11 key  12 block counter  13 zero  14, 15 the packet's counter, low and high word
 * poly:  R 0-4 words or limbs of r   X 5-9 the accumulator   S 10, 11 s   COUNT 12 steps for finish   TAG 13, 14
 * </pre>
 *
 * <p><b>Bounds, packets in lockstep.</b> In lanes of 64 bits r is four words of 32 bits: r[0] below 2^28, the others as well
 * and with their lower two bits clear, so that 5/4 r[j] is a number, below 1.25 * 2^28. The accumulator x has five; it holds
 * the sum with the last block already in it, so that one step is {@code x = x * r + m}, and one multiplication without a
 * message ends it. A carry leaves four words h below 2^32 and h[4], of weight 2^128: the two bits that are not worth five,
 * and at most one more carried into it, so at most 4. Word k of a product is then at most (1 + 3 * 1.25) * 2^60 and a
 * message of 2^32 (k = 0; less elsewhere, but for h[4] times 2^29), and word 4 at most 4 * 2^28 + 1. No sum comes near 2^63.
 * The carry out of word 3 is below 2^31, so what is folded, e, is below 2^32, as is each factor.
 *
 * <p><b>Bounds, one packet.</b> Powers of r have no clear bits, so they take five limbs of 26 bits. After a carry limbs 0,
 * 2, 3 and 4 are masked to 26 bits and limb 1 is below 2^26 + 2^8 (see below); so it is with both factors of a step. Five
 * times a limb is below 5 * 2^26 + 2^11. Limb k of a product is at most 1 + 4 * 5 products of 2^52 (k = 0; fewer fives
 * elsewhere), and the excess of both limbs 1 adds less than 2^38; with a message of at most 2^52 that is below 22 * 2^52 +
 * 2^39 &lt; 2^57, and limb 4, where nothing is five-fold, below 6 * 2^52. Each carry is then below 2^31, so that limb 4
 * stays below 2^55 with what it is given. The carry out of it comes round five-fold, below 2^32, so limb 0 passes less
 * than 2^8 on to limb 1, which was masked before: below 2^26 + 2^8, as assumed.
 *
 * <p><b>Contract.</b> {@code sources} and {@code targets} have at least {@link #lanes()} elements. Kernels read and write
 * whole blocks of 64 bytes at {@code address + offset}; an idle lane points to scratch memory. They allocate nothing once
 * C2 has compiled them, and must not be run before {@link CompilerDirectives#install()}.
 */
abstract class Kernels {
    /** Bytes from row to row, at either width. */
    static final long ROW = 64;
    /** Bytes of the state. */
    static final long STATE_BYTES = 16 * ROW;
    /** Rows of the memory of Poly1305 for one half; the two halves lie one after the other. */
    static final int POLY_ROWS = 15;
    /** Bytes of the same. */
    static final long POLY_BYTES = POLY_ROWS * ROW;
    /** First row of the words of r, or of its limbs. */
    static final long R = 0;
    /** First row of the accumulator. */
    static final long X = 5;
    /** First of the two rows of s. */
    static final long S = 10;
    /** Row of the number of steps that each lane takes in {@link #finish}. */
    static final long COUNT = 12;
    /** First of the two rows of the tag. */
    static final long TAG = 13;

    /** Packets in lockstep. */
    abstract int lanes();

    /** The name that {@link Aead#implementation()} gives. */
    abstract String implementation();

    /**
     * Starts a group: sets the rows of the packets' counters, makes block 0 of each packet (RFC 8439 section 2.6), sets r
     * and s of both halves from it and clears their accumulators; leaves the block counters at 1.
     *
     * @param counters the packets' counters: a row for half 0, then one for half 1
     */
    abstract void keys(long state, long poly, long counters);

    /** Starts a lone packet: lane i takes its block {@code firstBlock + i}. */
    abstract void spread(long state, long counter, int firstBlock);

    /**
     * Encrypts or decrypts a block in each lane, {@code passes} times; after each, the block counters grow by {@code
     * stride} and the addresses by as many blocks.
     */
    abstract void cipher(long state, long[] sources, long[] targets, long offset, int passes, int stride);

    /** Puts the key at an address into the state. */
    abstract void key(long state, long key);

    /** Zeroes whole rows; the way to end a secret's life. */
    abstract void zero(long address, int rows);

    /** Makes 4 blocks of a packet's keystream, in half the time that {@link #cipher} takes for one in each of 16 lanes. */
    abstract void blocks4(long state, long counter, int firstBlock, long keystream);

    /** Makes 8 of them. */
    abstract void blocks8(long state, long counter, int firstBlock, long keystream);

    /** Joins whole blocks with a keystream in memory. */
    abstract void xor(long keystream, long source, long target, int blocks);

    /**
     * Turns blocks of one half's packets into rows that {@link #absorb} takes: eight for each block, each with 64 bits of
     * every packet; these rows have no gaps, at either width.
     */
    abstract void transpose(long[] sources, int half, long offset, int blocks, long target);

    /**
     * Takes a block of 16 bytes in each lane of both halves, {@code steps} times: {@code x = x * r + m} for each.
     *
     * @param message two rows without gaps for each step of the first half
     * @param distance bytes from there to those of the second half
     */
    abstract void absorb(long poly, long message, long distance, int steps);

    /**
     * Takes {@code steps} times as many consecutive blocks of one message as a half has lanes, one block in each: even lanes
     * 2k take block k of each step, odd ones 2k + 1 block L/2 + k, for L lanes. R has five limbs of 26 bits of r, each at
     * the start of its row. Leaves in X five limbs in each lane, below 2^26 but limb 1; the lanes add up to the result.
     */
    abstract void absorbRun(long poly, long message, int steps);

    /** Takes the last blocks, in each lane the number that its COUNT says, at most {@code steps}; makes the tags. */
    abstract void finish(long poly, long message, int steps);

    /** The lanes of the first of two interleaved vectors: its own, but where {@code bit} is set those of the second. */
    static IntVector interleaveLow(VectorSpecies<Integer> species, int bit) {
        int lanes = species.length();
        int[] index = new int[lanes];
        for (int l = 0; l < lanes; l++) {
            index[l] = (l & bit) != 0 ? lanes + (l ^ bit) : l;
        }
        return IntVector.fromArray(species, index, 0);
    }

    /** The lanes of the second of two interleaved vectors: its own, but where {@code bit} is clear those of the first. */
    static IntVector interleaveHigh(VectorSpecies<Integer> species, int bit) {
        int lanes = species.length();
        int[] index = new int[lanes];
        for (int l = 0; l < lanes; l++) {
            index[l] = (l & bit) != 0 ? lanes + l : l ^ bit;
        }
        return IntVector.fromArray(species, index, 0);
    }

    /** What the exponents of r in {@link #absorbRun}, for the last block of each lane, are above one. */
    static LongVector exponents(VectorSpecies<Long> species) {
        int lanes = species.length();
        long[] exponents = new long[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            exponents[lane] = lanes - 1 - (lane >> 1) - (lane & 1) * (lanes >> 1);
        }
        return LongVector.fromArray(species, exponents, 0);
    }

    /** Turns each four words to the left. */
    static VectorShuffle<Integer> turn(VectorSpecies<Integer> species, int words) {
        return VectorShuffle.fromOp(species, l -> l & ~3 | l + words & 3);
    }

    /** The lanes that hold one word of each four. */
    static VectorMask<Integer> everyFourth(VectorSpecies<Integer> species, int word) {
        return VectorMask.fromLong(species, 0x1111L << word);
    }

    /** The lanes whose number has {@code bit} set. */
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
