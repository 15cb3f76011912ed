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
     * Derives a key; all parameters are addresses.
     *
     * @param x {@link ChaCha20#STATE_BYTES} bytes of working memory; the caller zeroes them
     * @param key 32 bytes
     * @param nonce 16 bytes
     * @param derived receives the key, 32 bytes; the caller zeroes it
     */
    static void derive(long x, long key, long nonce, long derived) {
        ChaCha20.key(x, key);
        for (int i = 0; i < 4; i++) {
            ChaCha20.word(x, 12 + i, ChaCha20.word(nonce, i));
        }
        ChaCha20.permute(x);
        for (int i = 0; i < 4; i++) {
            ChaCha20.word(derived, i, ChaCha20.word(x, i));
            ChaCha20.word(derived, 4 + i, ChaCha20.word(x, 12 + i));
        }
    }
}
