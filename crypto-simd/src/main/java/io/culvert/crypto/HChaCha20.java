// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * HChaCha20 (draft-irtf-cfrg-xchacha-03, section 2.2): the rounds of ChaCha20 without the final addition, used to
 * derive a key from a key and the first 16 bytes of a long nonce.
 */
final class HChaCha20 {
    /** Bytes of the nonce that it uses. */
    static final int INPUT_BYTES = 16;

    private static final int DOUBLE_ROUNDS = 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private HChaCha20() {}

    /**
     * Derives a key. The caller zeroes the result.
     *
     * @throws IllegalArgumentException when the length of the key is not 32 or that of the nonce not 24
     */
    static byte[] derive(byte[] key, byte[] nonce) {
        if (key.length != ChaCha20Poly1305.KEY_BYTES || nonce.length != XChaCha20Poly1305.NONCE_BYTES) {
            throw new IllegalArgumentException(
                    "expected a key of 32 bytes and a nonce of 24, got " + key.length + " and " + nonce.length);
        }
        int[] x = new int[16];
        try {
            // "expand 32-byte k", RFC 8439 section 2.3.
            x[0] = 0x61707865;
            x[1] = 0x3320646e;
            x[2] = 0x79622d32;
            x[3] = 0x6b206574;
            for (int i = 0; i < 8; i++) {
                x[4 + i] = (int) INT.get(key, 4 * i);
            }
            for (int i = 0; i < 4; i++) {
                x[12 + i] = (int) INT.get(nonce, 4 * i);
            }
            for (int round = 0; round < DOUBLE_ROUNDS; round++) {
                doubleRound(x);
            }
            byte[] derived = new byte[32];
            for (int i = 0; i < 4; i++) {
                INT.set(derived, 4 * i, x[i]);
                INT.set(derived, 16 + 4 * i, x[12 + i]);
            }
            return derived;
        } finally {
            Arrays.fill(x, 0);
        }
    }

    private static void doubleRound(int[] x) {
        for (int i = 0; i < 4; i++) {
            quarterRound(x, i, 4 + i, 8 + i, 12 + i);
        }
        for (int i = 0; i < 4; i++) {
            quarterRound(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }

    private static void quarterRound(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }
}
