// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * ChaCha20-Poly1305 (RFC 8439 section 2.8) of one short message in arrays, block by block, with additional data. It
 * allocates nothing after construction, and zeroes its memory after each message. For one thread.
 */
final class ScalarAead {
    private static final int BLOCK_BYTES = 64;
    private static final int POLY_BYTES = 16;

    private final int[] state = new int[ChaCha20.WORDS];
    private final int[] block = new int[ChaCha20.WORDS];
    private final byte[] keystream = new byte[BLOCK_BYTES];
    private final ScalarPoly1305 poly = new ScalarPoly1305();
    /** Holds {@link #input} as long as this object is reachable. */
    private final Arena arena = Arena.ofAuto();
    /** A block of input of Poly1305, off the heap. */
    private final long input = RawMemory.allocate(arena, BLOCK_BYTES);

    private final byte[] tag = new byte[Aead.TAG_BYTES];

    /** Seals a message; the parameters are those of {@link ChaCha20Poly1305#seal}, which checks them. */
    void seal(byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        begin(key, nonce);
        cipher(source, from, length, target, to);
        authenticate(aad, target, to, length);
        System.arraycopy(tag, 0, target, to + length, tag.length);
        forget();
    }

    /** Opens a message; the parameters and the result are those of {@link ChaCha20Poly1305#open}. */
    boolean open(byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        begin(key, nonce);
        authenticate(aad, source, from, length);
        int difference = 0;
        for (int i = 0; i < tag.length; i++) {
            difference |= tag[i] ^ source[from + length + i];
        }
        if (difference == 0) {
            cipher(source, from, length, target, to);
        }
        forget();
        return difference == 0;
    }

    /** Sets key and nonce, and derives the key of Poly1305 from block 0. */
    private void begin(byte[] key, byte[] nonce) {
        ChaCha20.key(state, key);
        for (int i = 0; i < 3; i++) {
            state[13 + i] = ChaCha20.word(nonce, 4 * i);
        }
        makeKeystream(0);
        RawMemory.copy(keystream, 0, input, 32);
        poly.key(input);
    }

    private void makeKeystream(int number) {
        state[12] = number;
        System.arraycopy(state, 0, block, 0, ChaCha20.WORDS);
        ChaCha20.permute(block);
        for (int i = 0; i < ChaCha20.WORDS; i++) {
            ChaCha20.putWord(keystream, 4 * i, block[i] + state[i]);
        }
    }

    private void cipher(byte[] source, int from, int length, byte[] target, int to) {
        for (int done = 0; done < length; done += BLOCK_BYTES) {
            makeKeystream(1 + done / BLOCK_BYTES);
            int bytes = Math.min(BLOCK_BYTES, length - done);
            for (int i = 0; i < bytes; i++) {
                target[to + done + i] = (byte) (source[from + done + i] ^ keystream[i]);
            }
        }
    }

    /** Computes the tag of additional data and ciphertext, each padded to blocks, and their lengths. */
    private void authenticate(byte[] aad, byte[] ciphertext, int from, int length) {
        int aadBytes = aad == null ? 0 : aad.length;
        absorb(aad, 0, aadBytes);
        absorb(ciphertext, from, length);
        RawMemory.putLong(input, aadBytes);
        RawMemory.putLong(input + 8, length);
        poly.blocks(input, 1);
        poly.finish();
        RawMemory.putLong(input, poly.tagLow());
        RawMemory.putLong(input + 8, poly.tagHigh());
        RawMemory.copy(input, tag, 0, tag.length);
    }

    private void absorb(byte[] bytes, int from, int length) {
        for (int done = 0; done < length; done += BLOCK_BYTES) {
            int part = Math.min(BLOCK_BYTES, length - done);
            int blocks = (part + POLY_BYTES - 1) / POLY_BYTES;
            RawMemory.putLong(input + 16L * blocks - 16, 0);
            RawMemory.putLong(input + 16L * blocks - 8, 0);
            RawMemory.copy(bytes, from + done, input, part);
            poly.blocks(input, blocks);
        }
    }

    private void forget() {
        Arrays.fill(state, 0);
        Arrays.fill(block, 0);
        Arrays.fill(keystream, (byte) 0);
        Arrays.fill(tag, (byte) 0);
        for (int i = 0; i < BLOCK_BYTES; i += 8) {
            RawMemory.putLong(input + i, 0);
        }
        poly.forget();
        // The last use of the memory, whose address alone does not hold it.
        Reference.reachabilityFence(arena);
    }
}
