// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * HChaCha20 (draft-irtf-cfrg-xchacha-03, section 2.2): the rounds of ChaCha20 without the final addition, used to
 * derive a key from a key and the first 16 bytes of a long nonce.
 */
final class HChaCha20 {
    /** Bytes of the nonce that it uses. */
    static final int INPUT_BYTES = 16;

    private HChaCha20() {}

    /**
     * Derives a key.
     *
     * @param x {@link ChaCha20#WORDS} words of working memory; the caller zeroes them
     * @param derived receives the key, 32 bytes; the caller zeroes it
     * @throws IllegalArgumentException when the length of the key is not 32 or that of the nonce not 24
     */
    static void derive(int[] x, byte[] key, byte[] nonce, byte[] derived) {
        if (key.length != ChaCha20Poly1305.KEY_BYTES || nonce.length != XChaCha20Poly1305.NONCE_BYTES) {
            throw new IllegalArgumentException(
                    "expected a key of 32 bytes and a nonce of 24, got " + key.length + " and " + nonce.length);
        }
        ChaCha20.key(x, key);
        for (int i = 0; i < 4; i++) {
            x[12 + i] = ChaCha20.word(nonce, 4 * i);
        }
        ChaCha20.permute(x);
        for (int i = 0; i < 4; i++) {
            ChaCha20.putWord(derived, 4 * i, x[i]);
            ChaCha20.putWord(derived, 16 + 4 * i, x[12 + i]);
        }
    }
}
