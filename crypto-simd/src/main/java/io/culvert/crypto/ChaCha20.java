// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The permutation of ChaCha20 (RFC 8439 section 2.3) on a state of 16 words, for one block at a time. */
final class ChaCha20 {
    /** Words of a state. */
    static final int WORDS = 16;

    private static final int DOUBLE_ROUNDS = 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private ChaCha20() {}

    /** The word at {@code offset} of an array of bytes. */
    static int word(byte[] bytes, int offset) {
        return (int) INT.get(bytes, offset);
    }

    /** Writes a word to an array of bytes. */
    static void putWord(byte[] bytes, int offset, int word) {
        INT.set(bytes, offset, word);
    }

    /** Writes the constants and a key of 32 bytes to the first 12 words of a state. */
    static void key(int[] state, byte[] key) {
        // "expand 32-byte k".
        state[0] = 0x61707865;
        state[1] = 0x3320646e;
        state[2] = 0x79622d32;
        state[3] = 0x6b206574;
        for (int i = 0; i < 8; i++) {
            state[4 + i] = word(key, 4 * i);
        }
    }

    /** Applies the 20 rounds to {@code x}, without the final addition. */
    static void permute(int[] x) {
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

    /** On local variables: of the array it reads and writes each word once. */
    private static void quarterRound(int[] x, int ia, int ib, int ic, int id) {
        int a = x[ia] + x[ib];
        int d = Integer.rotateLeft(x[id] ^ a, 16);
        int c = x[ic] + d;
        int b = Integer.rotateLeft(x[ib] ^ c, 12);
        a += b;
        d = Integer.rotateLeft(d ^ a, 8);
        c += d;
        x[ia] = a;
        x[ib] = Integer.rotateLeft(b ^ c, 7);
        x[ic] = c;
        x[id] = d;
    }
}
