// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * The permutation of ChaCha20 (RFC 8439 section 2.3) on a state of 16 words off the heap, for one block at a time. The
 * words are little-endian, as are the CPUs that Culvert runs on.
 */
final class ChaCha20 {
    /** Bytes of a state. */
    static final int STATE_BYTES = 64;

    private static final int DOUBLE_ROUNDS = 10;

    private ChaCha20() {}

    /** The word at a position of a state. */
    static int word(long state, int i) {
        return RawMemory.getInt(state + (long) i * Integer.BYTES);
    }

    /** Writes a word of a state. */
    static void word(long state, int i, int word) {
        RawMemory.putInt(state + (long) i * Integer.BYTES, word);
    }

    /** Writes the constants and the 32 bytes of a key to the first 12 words of a state. */
    static void key(long state, long key) {
        // "expand 32-byte k".
        word(state, 0, 0x61707865);
        word(state, 1, 0x3320646e);
        word(state, 2, 0x79622d32);
        word(state, 3, 0x6b206574);
        for (int i = 0; i < 8; i++) {
            word(state, 4 + i, word(key, i));
        }
    }

    /** Applies the 20 rounds to {@code x}, without the final addition. */
    static void permute(long x) {
        for (int round = 0; round < DOUBLE_ROUNDS; round++) {
            quarterRound(x, 0, 4, 8, 12);
            quarterRound(x, 1, 5, 9, 13);
            quarterRound(x, 2, 6, 10, 14);
            quarterRound(x, 3, 7, 11, 15);
            quarterRound(x, 0, 5, 10, 15);
            quarterRound(x, 1, 6, 11, 12);
            quarterRound(x, 2, 7, 8, 13);
            quarterRound(x, 3, 4, 9, 14);
        }
    }

    /** On local variables: it reads and writes each word once. */
    private static void quarterRound(long x, int ia, int ib, int ic, int id) {
        int a = word(x, ia) + word(x, ib);
        int d = Integer.rotateLeft(word(x, id) ^ a, 16);
        int c = word(x, ic) + d;
        int b = Integer.rotateLeft(word(x, ib) ^ c, 12);
        a += b;
        d = Integer.rotateLeft(d ^ a, 8);
        c += d;
        word(x, ia, a);
        word(x, ib, Integer.rotateLeft(b ^ c, 7));
        word(x, ic, c);
        word(x, id, d);
    }
}
