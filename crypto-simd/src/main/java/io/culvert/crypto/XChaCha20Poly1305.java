// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.Arrays;

/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) of one message in arrays: for cookies, which have random nonces of 24
 * bytes. Thread-safe. Ranges are as for {@link ChaCha20Poly1305}.
 */
public final class XChaCha20Poly1305 {
    /** Size of a nonce in bytes. */
    public static final int NONCE_BYTES = 24;

    private XChaCha20Poly1305() {}

    /** Seals a message; the parameters are those of {@link ChaCha20Poly1305#seal}, with a nonce of 24 bytes. */
    public static void seal(
            byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        byte[] subkey = HChaCha20.derive(key, nonce);
        try {
            ChaCha20Poly1305.seal(subkey, innerNonce(nonce), aad, source, from, length, target, to);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
    }

    /** Opens a message; the parameters are those of {@link ChaCha20Poly1305#open}, with a nonce of 24 bytes. */
    public static boolean open(
            byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        byte[] subkey = HChaCha20.derive(key, nonce);
        try {
            return ChaCha20Poly1305.open(subkey, innerNonce(nonce), aad, source, from, length, target, to);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
    }

    /** Four zero bytes, then the last eight of the long nonce (section 2.3 of the draft). */
    private static byte[] innerNonce(byte[] nonce) {
        byte[] inner = new byte[ChaCha20Poly1305.NONCE_BYTES];
        System.arraycopy(nonce, HChaCha20.INPUT_BYTES, inner, 4, 8);
        return inner;
    }
}
