// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * The off-heap working memory of one {@link VectorAead}: the fields are addresses of its parts. For the thread that
 * uses the instance, which must not use it after {@link #close}.
 *
 * <p>The parts with secrets (key, keystream, Poly1305 keys and states) come first; those that were used are zeroed
 * after each train. The parts with messages follow; {@link #close} zeroes all.
 */
final class Scratch {
    /** Blocks of scratch memory for an idle lane; limits the length of a phase with idle lanes. */
    static final int CHUNK_BLOCKS = 12;
    /** Steps of {@link Kernels#finish}: up to four blocks of a tail, then the block of lengths. */
    static final int FINISH_STEPS = 5;

    private static final long BLOCK = 64;
    private static final long MAX_LANES = 16;

    /** Number of rows of the key in the state, from {@link #KEY_ROW}. */
    static final int KEY_ROWS = 8;
    /** First row of the key. */
    static final int KEY_ROW = 4;

    /** State of ChaCha20. */
    final long state;
    /** State of Poly1305, both halves. */
    final long poly;
    /** Accumulators of lanes that ended early: rows as in {@link Kernels#X}, for both halves. */
    final long ended;
    /** Keystream, a block for each lane. */
    final long keystream;
    /** The counters of a group's packets, both halves. */
    final long counters;
    /** The last blocks of a single packet's Poly1305: the rest after the whole blocks, and the block of lengths. */
    final long tails;
    /** Rows for {@link Kernels#finish}, one half. */
    final long finishRows;
    /** Rows for {@link Kernels#absorb}, both halves. */
    final long rows;
    /** Memory that idle lanes read and write. */
    final long idle;
    /** A block of zeros. */
    final long zeros;

    /** Sources for {@link Kernels#cipher} to make keystream: {@link #zeros} in each lane. */
    final long[] zeroSources = new long[(int) MAX_LANES];

    /** Targets for the same: a block of {@link #keystream} in each lane. */
    final long[] keystreamBlocks = new long[(int) MAX_LANES];

    /** Number of blocks of {@link #keystream}, from the first, that hold keystream. */
    int keystreamUsed;

    private final Arena arena = Arena.ofShared();
    private final long start;
    private final long bytes;

    Scratch() {
        bytes = Kernels.STATE_BYTES
                + 2 * 2 * Kernels.POLY_BYTES
                + (MAX_LANES + 1) * BLOCK
                + 2 * Kernels.ROW
                + 2 * finishBytes()
                + CHUNK_BLOCKS * BLOCK * (MAX_LANES + 1)
                + BLOCK;
        start = RawMemory.allocate(arena, bytes);
        state = start;
        poly = state + Kernels.STATE_BYTES;
        ended = poly + 2 * Kernels.POLY_BYTES;
        keystream = ended + 2 * Kernels.POLY_BYTES;
        counters = keystream + MAX_LANES * BLOCK;
        tails = counters + 2 * Kernels.ROW;
        finishRows = tails + BLOCK;
        rows = finishRows + 2 * finishBytes();
        idle = rows + CHUNK_BLOCKS * BLOCK * MAX_LANES;
        zeros = idle + CHUNK_BLOCKS * BLOCK;
        Arrays.fill(zeroSources, zeros);
        Arrays.setAll(keystreamBlocks, lane -> keystream + lane * BLOCK);
        // "expand 32-byte k", RFC 8439 section 2.3.
        broadcast(0, 0x61707865);
        broadcast(1, 0x3320646e);
        broadcast(2, 0x79622d32);
        broadcast(3, 0x6b206574);
    }

    /** Bytes from one half of {@link #finishRows} to the other. */
    static long finishBytes() {
        return FINISH_STEPS * 2 * Kernels.ROW;
    }

    /** Zeroes and frees everything. */
    void close() {
        if (arena.scope().isAlive()) {
            RawMemory.zero(start, bytes);
            arena.close();
        }
    }

    private void broadcast(int row, int word) {
        long twice = (word & 0xffffffffL) << 32 | word & 0xffffffffL;
        for (long at = 0; at < Kernels.ROW; at += 8) {
            RawMemory.putLong(state + row * Kernels.ROW + at, twice);
        }
    }
}
