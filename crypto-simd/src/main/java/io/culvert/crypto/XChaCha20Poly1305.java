// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;

/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) of one message off the heap: for cookies, which have random nonces of
 * 24 bytes, and keys that are no secrets. It allocates nothing after construction, and zeroes its working memory after
 * each message. For one thread. Ranges are as for {@link ChaCha20Poly1305}.
 */
public final class XChaCha20Poly1305 {
    /** Size of a nonce in bytes. */
    public static final int NONCE_BYTES = 24;

    private final ScalarAead aead = new ScalarAead();
    /** Holds the memory below as long as this object is reachable. */
    private final Arena arena = Arena.ofAuto();

    private final long words = RawMemory.allocate(arena, ChaCha20.STATE_BYTES);
    private final long keys = RawMemory.allocate(arena, 2L * ChaCha20Poly1305.KEY_BYTES);
    private final long subkey = keys + ChaCha20Poly1305.KEY_BYTES;
    /** Four zero bytes, then the last eight of the long nonce (section 2.3 of the draft). */
    private final long innerNonce = RawMemory.allocate(arena, 16);

    /** A cipher without a key. */
    public XChaCha20Poly1305() {}

    /**
     * Seals a message; the parameters are those of {@link ChaCha20Poly1305#seal}, with a nonce of 24 bytes.
     *
     * @throws IllegalArgumentException when the key has not 32 bytes
     */
    public void seal(byte[] key, long nonce, long aad, int aadBytes, long source, int length, long target) {
        derive(key, nonce);
        aead.seal(subkey, innerNonce, aad, aadBytes, source, length, target);
        forget();
    }

    /**
     * Opens a message; the parameters are those of {@link ChaCha20Poly1305#open}, with a nonce of 24 bytes.
     *
     * @throws IllegalArgumentException when the key has not 32 bytes
     */
    public boolean open(byte[] key, long nonce, long aad, int aadBytes, long source, int length, long target) {
        derive(key, nonce);
        boolean authentic = aead.open(subkey, innerNonce, aad, aadBytes, source, length, target);
        forget();
        return authentic;
    }

    private void derive(byte[] key, long nonce) {
        if (key.length != ChaCha20Poly1305.KEY_BYTES) {
            throw new IllegalArgumentException("expected a key of 32 bytes, got " + key.length);
        }
        RawMemory.copy(key, 0, keys, key.length);
        HChaCha20.derive(words, keys, nonce, subkey);
        RawMemory.putLong(innerNonce + 4, RawMemory.getLong(nonce + HChaCha20.INPUT_BYTES));
    }

    private void forget() {
        for (int i = 0; i < ChaCha20.STATE_BYTES; i += Long.BYTES) {
            RawMemory.putLong(words + i, 0);
            RawMemory.putLong(keys + i, 0);
        }
        Reference.reachabilityFence(arena);
    }
}
