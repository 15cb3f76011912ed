// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * Processes packets in lockstep, one in each lane: all trains but the shortest. For one thread.
 *
 * <p>The packets come longest first. While all have whole blocks left, all lanes work. Then lanes whose packets ended
 * run idle on scratch memory until the longest packet has no whole block left, and one more pass handles the tails.
 * Poly1305 does the same. Accumulators of lanes that ended are saved, as idle lanes change theirs, and a last step
 * takes the final blocks of all packets, with each lane stopping after its own.
 */
final class LaneGroup {
    private final Kernels kernels;
    private final Scratch scratch;
    private final int lanes;
    /** Source, target and plaintext length of the packet in each lane, longest first. */
    private final long[] sources;

    private final long[] targets;
    private final int[] lengths;
    /** Arguments of the kernels: addresses of the packets, or of scratch memory for idle lanes. */
    private final long[] from;

    private final long[] to;
    private int count;

    LaneGroup(Kernels kernels, Scratch scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
        this.lanes = kernels.lanes();
        sources = new long[lanes];
        targets = new long[lanes];
        lengths = new int[lanes];
        from = new long[lanes];
        to = new long[lanes];
    }

    /** Starts a group under the key in the scratch memory. */
    void clear() {
        count = 0;
    }

    /** Adds a packet that is not longer than those before it. */
    void add(long counter, long source, long target, int length) {
        RawMemory.putLong(scratch.counters + (count & 1) * Kernels.ROW + (count >> 1) * 8L, counter);
        sources[count] = source;
        targets[count] = target;
        lengths[count] = length;
        count++;
    }

    /** Seals the added packets. */
    void seal() {
        kernels.keys(scratch.state, scratch.poly, scratch.counters);
        cipher();
        authenticate(targets);
        for (int lane = 0; lane < count; lane++) {
            long tag = tagOf(lane);
            long at = targets[lane] + lengths[lane];
            RawMemory.putLong(at, RawMemory.getLong(tag));
            RawMemory.putLong(at + 8, RawMemory.getLong(tag + Kernels.ROW));
        }
    }

    /**
     * Opens the added packets, unless none is authentic.
     *
     * @return bit set of the lanes whose packets are not authentic
     */
    int open() {
        kernels.keys(scratch.state, scratch.poly, scratch.counters);
        authenticate(sources);
        int forged = 0;
        for (int lane = 0; lane < count; lane++) {
            long tag = tagOf(lane);
            long at = sources[lane] + lengths[lane];
            // Compares all bytes without a branch, in constant time.
            long difference = (RawMemory.getLong(tag) ^ RawMemory.getLong(at))
                    | (RawMemory.getLong(tag + Kernels.ROW) ^ RawMemory.getLong(at + 8));
            forged |= (int) ((difference | -difference) >>> 63) << lane;
        }
        if (forged != (1 << count) - 1) {
            cipher();
        }
        return forged;
    }

    /** Zeroes what groups leave in the scratch memory, except key and keystream. */
    void forget() {
        kernels.zero(scratch.poly, 2 * Kernels.POLY_ROWS);
        kernels.zero(scratch.ended, 2 * Kernels.POLY_ROWS);
    }

    private long tagOf(int lane) {
        return scratch.poly + (lane & 1) * Kernels.POLY_BYTES + Kernels.TAG * Kernels.ROW + (lane >> 1) * 8L;
    }

    private int wholeBlocks(int lane) {
        return lengths[lane] >> 6;
    }

    /** Number of lanes, of the first {@code active}, with whole blocks after the first {@code done}. */
    private int stillActive(int active, int done) {
        int still = active;
        while (still > 0 && wholeBlocks(still - 1) <= done) {
            still--;
        }
        return still;
    }

    /** Blocks of the next phase: until the first active lane ends, or as many as idle lanes may run. */
    private int phase(int active, int done, boolean bounded) {
        int blocks = wholeBlocks(active - 1) - done;
        return bounded ? Math.min(blocks, Scratch.CHUNK_BLOCKS) : blocks;
    }

    private void cipher() {
        System.arraycopy(sources, 0, from, 0, count);
        System.arraycopy(targets, 0, to, 0, count);
        int done = 0;
        for (int active = stillActive(count, 0); active > 0; active = stillActive(active, done)) {
            idle(active, done);
            int blocks = phase(active, done, active < lanes);
            kernels.cipher(scratch.state, from, to, done * 64L, blocks, 1);
            done += blocks;
        }
        cipherTails(done);
    }

    /** Points the lanes from {@code active} on to scratch memory, for offset {@code done} blocks. */
    private void idle(int active, int done) {
        for (int lane = active; lane < lanes; lane++) {
            from[lane] = scratch.idle - done * 64L;
            to[lane] = from[lane];
        }
    }

    private void cipherTails(int done) {
        boolean any = false;
        boolean even = true;
        for (int lane = 0; lane < count; lane++) {
            any |= (lengths[lane] & 63) != 0;
            even &= wholeBlocks(lane) == done;
        }
        if (!any) {
            return;
        }
        if (!even) {
            for (int lane = 0; lane < count; lane++) {
                RawMemory.putInt(scratch.state + 12 * Kernels.ROW + lane * 4L, wholeBlocks(lane) + 1);
            }
        }
        kernels.cipher(scratch.state, scratch.zeroSources, scratch.keystreamBlocks, 0, 1, 1);
        scratch.keystreamUsed = lanes;
        for (int lane = 0; lane < count; lane++) {
            long at = wholeBlocks(lane) * 64L;
            TailBytes.xor(scratch.keystreamBlocks[lane], sources[lane] + at, targets[lane] + at, lengths[lane] & 63);
        }
    }

    /** Computes the tags over the ciphertexts at {@code texts}. */
    private void authenticate(long[] texts) {
        int steps = writeTails(texts);
        System.arraycopy(texts, 0, from, 0, count);
        int done = 0;
        int before = count;
        for (int active = stillActive(count, 0); active > 0; active = stillActive(active, done)) {
            moveAccumulators(active, before, scratch.poly, scratch.ended);
            before = active;
            idle(active, done);
            int blocks = phase(active, done, true);
            long second = blocks * 32L * lanes;
            kernels.transpose(from, 0, done * 64L, blocks, scratch.rows);
            kernels.transpose(from, 1, done * 64L, blocks, scratch.rows + second);
            kernels.absorb(scratch.poly, scratch.rows, second, 4 * blocks);
            done += blocks;
        }
        moveAccumulators(before, count, scratch.ended, scratch.poly);
        for (int half = 0; half < 2; half++) {
            kernels.finish(
                    scratch.poly + half * Kernels.POLY_BYTES, scratch.finishRows + half * Scratch.finishBytes(), steps);
        }
    }

    private static void moveAccumulators(int firstLane, int endLane, long source, long target) {
        for (int lane = firstLane; lane < endLane; lane++) {
            long at = (lane & 1) * Kernels.POLY_BYTES + Kernels.X * Kernels.ROW + (lane >> 1) * 8L;
            for (int limb = 0; limb < 5; limb++) {
                RawMemory.putLong(
                        target + at + limb * Kernels.ROW, RawMemory.getLong(source + at + limb * Kernels.ROW));
            }
        }
    }

    /**
     * Writes the tail of each packet and the block of lengths into the rows for {@link Kernels#finish}.
     *
     * @return greatest number of steps of a lane
     */
    private int writeTails(long[] texts) {
        int most = 0;
        long rowBytes = 4L * lanes;
        for (int lane = 0; lane < count; lane++) {
            int tail = lengths[lane] & 63;
            long text = texts[lane] + lengths[lane] - tail;
            long row = scratch.finishRows + (lane & 1) * Scratch.finishBytes() + (lane >> 1) * 8L;
            int steps = 0;
            for (; tail > 0; tail -= 16) {
                int low = Math.min(tail, 8);
                RawMemory.putLong(row, TailBytes.load(text, low));
                RawMemory.putLong(row + rowBytes, TailBytes.load(text + low, Math.min(tail, 16) - low));
                row += 2 * rowBytes;
                text += 16;
                steps++;
            }
            RawMemory.putLong(row, 0);
            RawMemory.putLong(row + rowBytes, lengths[lane]);
            steps++;
            long count = scratch.poly + (lane & 1) * Kernels.POLY_BYTES + Kernels.COUNT * Kernels.ROW;
            RawMemory.putLong(count + (lane >> 1) * 8L, steps);
            most = Math.max(most, steps);
        }
        return most;
    }
}
