// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.Arrays;

/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) of one message in arrays: for cookies, which have random nonces of 24
 * bytes. It allocates nothing after construction, and zeroes its working memory after each message. For one thread.
 * Ranges are as for {@link ChaCha20Poly1305}.
 */
public final class XChaCha20Poly1305 {
    /** Size of a nonce in bytes. */
    public static final int NONCE_BYTES = 24;

    private final ScalarAead aead = new ScalarAead();
    private final int[] words = new int[ChaCha20.WORDS];
    private final byte[] subkey = new byte[ChaCha20Poly1305.KEY_BYTES];
    /** Four zero bytes, then the last eight of the long nonce (section 2.3 of the draft). */
    private final byte[] innerNonce = new byte[ChaCha20Poly1305.NONCE_BYTES];

    /** A cipher without a key. */
    public XChaCha20Poly1305() {}

    /** Seals a message; the parameters are those of {@link ChaCha20Poly1305#seal}, with a nonce of 24 bytes. */
    public void seal(byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        ChaCha20Poly1305.checkSeal(source, from, length, target, to);
        derive(key, nonce);
        aead.seal(subkey, innerNonce, aad, source, from, length, target, to);
        Arrays.fill(subkey, (byte) 0);
    }

    /** Opens a message; the parameters are those of {@link ChaCha20Poly1305#open}, with a nonce of 24 bytes. */
    public boolean open(
            byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        ChaCha20Poly1305.checkOpen(source, from, length, target, to);
        derive(key, nonce);
        boolean authentic = aead.open(subkey, innerNonce, aad, source, from, length, target, to);
        Arrays.fill(subkey, (byte) 0);
        return authentic;
    }

    private void derive(byte[] key, byte[] nonce) {
        HChaCha20.derive(words, key, nonce, subkey);
        Arrays.fill(words, 0);
        System.arraycopy(nonce, HChaCha20.INPUT_BYTES, innerNonce, 4, 8);
    }
}
