// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * Processes one packet with its blocks spread over the lanes: for trains of one or a few packets, and for packets far
 * longer than the others of their train. For one thread.
 *
 * <p>The first pass makes block 0 (the key of Poly1305) and keystream for as many further blocks as lanes are left. The
 * middle passes encrypt from source to target directly. The last pass, in which not all lanes have a whole block, makes
 * keystream again.
 */
final class SinglePacket {
    private final Kernels kernels;
    private final Scratch scratch;
    private final Poly1305 poly;
    private final int lanes;
    private final long[] from;
    private final long[] to;

    SinglePacket(Kernels kernels, Scratch scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
        poly = new Poly1305(kernels, scratch);
        lanes = kernels.lanes();
        from = new long[lanes];
        to = new long[lanes];
    }

    /** Seals a packet under the key in the scratch memory. */
    void seal(long counter, long source, long target, int length) {
        firstPass(counter, length);
        cipher(counter, source, target, length);
        poly.authenticate(target, length);
        RawMemory.putLong(target + length, poly.tagLow());
        RawMemory.putLong(target + length + 8, poly.tagHigh());
        poly.forget();
    }

    /**
     * Opens a packet under the key in the scratch memory, if it is authentic.
     *
     * @return whether it is authentic
     */
    boolean open(long counter, long source, long target, int length) {
        firstPass(counter, length);
        poly.authenticate(source, length);
        long difference = (poly.tagLow() ^ RawMemory.getLong(source + length))
                | (poly.tagHigh() ^ RawMemory.getLong(source + length + 8));
        poly.forget();
        if (difference != 0) {
            return false;
        }
        cipher(counter, source, target, length);
        return true;
    }

    private void firstPass(long counter, int length) {
        keystream(counter, 0, 64 + length);
        poly.key(scratch.keystream);
    }

    /** Makes the keystream of the next {@code bytes}, or of as many blocks as there are lanes. */
    private void keystream(long counter, int firstBlock, int bytes) {
        int made = lanes;
        if (bytes <= 4 * 64) {
            made = 4;
            kernels.blocks4(scratch.state, counter, firstBlock, scratch.keystream);
        } else if (bytes <= 8 * 64) {
            made = 8;
            kernels.blocks8(scratch.state, counter, firstBlock, scratch.keystream);
        } else {
            kernels.spread(scratch.state, counter, firstBlock);
            kernels.cipher(scratch.state, scratch.zeroSources, scratch.keystreamBlocks, 0, 1, lanes);
        }
        scratch.keystreamUsed = Math.max(scratch.keystreamUsed, made);
    }

    private void cipher(long counter, long source, long target, int length) {
        int done = Math.min(length, (lanes - 1) * 64);
        xor(scratch.keystream + 64, source, target, done);
        int pass = lanes * 64;
        int passes = (length - done) / pass;
        if (passes > 0) {
            for (int lane = 0; lane < lanes; lane++) {
                from[lane] = source + lane * 64L;
                to[lane] = target + lane * 64L;
            }
            kernels.cipher(scratch.state, from, to, done, passes, lanes);
            done += passes * pass;
        }
        if (done < length) {
            keystream(counter, 1 + (done >> 6), length - done);
            xor(scratch.keystream, source + done, target + done, length - done);
        }
    }

    private void xor(long stream, long source, long target, int bytes) {
        int whole = bytes & -64;
        kernels.xor(stream, source, target, whole >> 6);
        TailBytes.xor(stream + whole, source + whole, target + whole, bytes - whole);
    }
}
