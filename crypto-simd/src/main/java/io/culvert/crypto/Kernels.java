package io.culvert.crypto;

import jdk.incubator.vector.IntVector;
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
 * poly:  R 0-4 limbs of r   X 5-9 limbs of the accumulator   S 10, 11 s   COUNT 12 steps for finish   TAG 13, 14
 *        R2 15-19 limbs of r squared
 * </pre>
 *
 * <p><b>Bounds.</b> An element of Poly1305 is five limbs of 26 bits in lanes of 64. The accumulator x holds the sum with
 * the last message block already in it, so that one step is {@code x = x * r + m}, two are {@code x = x * r^2 + m * r +
 * n}, and one multiplication without a message ends it. After a carry limbs 0, 2, 3 and 4 are masked to 26 bits and limb 1
 * is below 2^26 + 2^8 (see below); so it is with the factors x and r^2 of a step. r[j] and the limbs of m are below 2^26,
 * and five times a limb is below 5 * 2^26 + 2^11. Limb k of a product is at most 1 + 4 * 5 products of 2^52 (k = 0; fewer
 * fives elsewhere), and the excess of both limbs 1 adds less than 2^38; two products and a message of at most 2^52 make
 * less than 43 * 2^52 + 2^39 &lt; 2^58, and limb 4, where nothing is five-fold, less than 11 * 2^52. Each carry is then
 * below 2^32, so that limb 4 stays below 2^56 with what it is given. The carry out of it comes round five-fold, below 2^33,
 * so limb 0 passes less than 2^8 on to limb 1, which was masked before: below 2^26 + 2^8, as assumed. No sum comes near
 * 2^63, and every factor is below 2^32.
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
    static final int POLY_ROWS = 20;
    /** Bytes of the same. */
    static final long POLY_BYTES = POLY_ROWS * ROW;
    /** First row of the limbs of r. */
    static final long R = 0;
    /** First row of the limbs of the accumulator. */
    static final long X = 5;
    /** First of the two rows of s. */
    static final long S = 10;
    /** Row of the number of steps that each lane takes in {@link #finish}. */
    static final long COUNT = 12;
    /** First of the two rows of the tag. */
    static final long TAG = 13;

    /** First row of the limbs of r squared. */
    static final long R2 = 15;

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

    /** How many blocks {@link #few} makes. */
    abstract int fewBlocks();

    /** Makes the first blocks of a packet's keystream, in less time than {@link #cipher} takes for one in each lane. */
    abstract void few(long state, long counter, long keystream);

    /** Joins whole blocks with a keystream in memory. */
    abstract void xor(long keystream, long source, long target, int blocks);

    /**
     * Turns blocks of one half's packets into rows that {@link #multiply} takes: eight for each block, each with 64 bits of
     * every packet; these rows have no gaps, at either width.
     */
    abstract void transpose(long[] sources, int half, long offset, int blocks, long target);

    /** Squares r of both halves. */
    abstract void square(long poly);

    /**
     * The part of the work on pairs of blocks of 16 bytes that does not wait for the accumulator: {@code m * r + n} for the
     * blocks m and n of each pair, in each lane of one half.
     *
     * @param message two rows without gaps for each block
     * @param products where five rows without gaps go for each pair
     */
    abstract void multiply(long poly, long message, int pairs, long products);

    /** Takes pairs of blocks from what {@link #multiply} made of them: {@code x = x * r^2 + d} for each. */
    abstract void absorb(long poly, long products, int pairs);

    /**
     * Takes {@code steps} times as many consecutive blocks of one message as a half has lanes, one block in each, at first
     * from X. R of the first half holds, in all lanes, r to the power of the number of lanes L; R of the second holds r to
     * the power L - j in the lane that takes block j of each step: even lanes 2k take block k, odd ones 2k + 1 block L/2 +
     * k. Leaves in X, below 2^26 but limb 1, what the lanes add up to.
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
