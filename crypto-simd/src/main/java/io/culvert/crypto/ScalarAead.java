// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;

/**
 * ChaCha20-Poly1305 (RFC 8439 section 2.8) of one short message off the heap, block by block, with additional data. It
 * allocates nothing after construction, and zeroes its memory after each message. For one thread.
 */
final class ScalarAead {
    private static final int BLOCK_BYTES = 64;
    private static final int POLY_BYTES = 16;

    private final ScalarPoly1305 poly = new ScalarPoly1305();
    /** Holds the memory below as long as this object is reachable. */
    private final Arena arena = Arena.ofAuto();

    private final long state = RawMemory.allocate(arena, ChaCha20.STATE_BYTES);
    private final long keystream = RawMemory.allocate(arena, BLOCK_BYTES);
    /** A block of input of Poly1305. */
    private final long input = RawMemory.allocate(arena, BLOCK_BYTES);

    /** Seals a message; the parameters are those of {@link ChaCha20Poly1305#seal}. */
    void seal(long key, long nonce, long aad, int aadBytes, long source, int length, long target) {
        begin(key, nonce);
        cipher(source, length, target);
        authenticate(aad, aadBytes, target, length);
        RawMemory.putLong(target + length, poly.tagLow());
        RawMemory.putLong(target + length + 8, poly.tagHigh());
        forget();
    }

    /** Opens a message; the parameters and the result are those of {@link ChaCha20Poly1305#open}. */
    boolean open(long key, long nonce, long aad, int aadBytes, long source, int length, long target) {
        begin(key, nonce);
        authenticate(aad, aadBytes, source, length);
        long difference = (poly.tagLow() ^ RawMemory.getLong(source + length))
                | (poly.tagHigh() ^ RawMemory.getLong(source + length + 8));
        if (difference == 0) {
            cipher(source, length, target);
        }
        forget();
        return difference == 0;
    }

    /** Sets key and nonce, and derives the key of Poly1305 from block 0. */
    private void begin(long key, long nonce) {
        ChaCha20.key(state, key);
        for (int i = 0; i < 3; i++) {
            ChaCha20.word(state, 13 + i, ChaCha20.word(nonce, i));
        }
        makeKeystream(0);
        poly.key(keystream);
    }

    private void makeKeystream(int number) {
        ChaCha20.word(state, 12, number);
        RawMemory.copy(state, keystream, BLOCK_BYTES);
        ChaCha20.permute(keystream);
        for (int i = 0; i < BLOCK_BYTES / Integer.BYTES; i++) {
            ChaCha20.word(keystream, i, ChaCha20.word(keystream, i) + ChaCha20.word(state, i));
        }
    }

    private void cipher(long source, int length, long target) {
        for (int done = 0; done < length; done += BLOCK_BYTES) {
            makeKeystream(1 + done / BLOCK_BYTES);
            int bytes = Math.min(BLOCK_BYTES, length - done);
            for (int i = 0; i < bytes; i++) {
                int at = done + i;
                RawMemory.putByte(
                        target + at, (byte) (RawMemory.getByte(source + at) ^ RawMemory.getByte(keystream + i)));
            }
        }
    }

    /** Computes the tag of additional data and ciphertext, each padded to blocks, and their lengths. */
    private void authenticate(long aad, int aadBytes, long ciphertext, int length) {
        absorb(aad, aadBytes);
        absorb(ciphertext, length);
        RawMemory.putLong(input, aadBytes);
        RawMemory.putLong(input + 8, length);
        poly.blocks(input, 1);
        poly.finish();
    }

    private void absorb(long bytes, int length) {
        for (int done = 0; done < length; done += BLOCK_BYTES) {
            int part = Math.min(BLOCK_BYTES, length - done);
            int blocks = (part + POLY_BYTES - 1) / POLY_BYTES;
            RawMemory.putLong(input + 16L * blocks - 16, 0);
            RawMemory.putLong(input + 16L * blocks - 8, 0);
            RawMemory.copy(bytes + done, input, part);
            poly.blocks(input, blocks);
        }
    }

    private void forget() {
        for (int i = 0; i < BLOCK_BYTES; i += Long.BYTES) {
            RawMemory.putLong(state + i, 0);
            RawMemory.putLong(keystream + i, 0);
            RawMemory.putLong(input + i, 0);
        }
        poly.forget();
        // The last use of the memory, whose addresses alone do not hold it.
        Reference.reachabilityFence(arena);
    }
}
