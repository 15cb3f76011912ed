// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * ChaCha20-Poly1305 (RFC 8439) of one message off the heap, with additional data: for handshakes. Thread-safe. No copy
 * of the key or of the keystream stays in memory.
 *
 * <p>Ranges are addresses and lengths, which the caller guarantees. Source and target may start at the same address;
 * otherwise they must not overlap.
 */
public final class ChaCha20Poly1305 {
    /** Size of a key in bytes. */
    public static final int KEY_BYTES = 32;
    /** Size of a nonce in bytes. */
    public static final int NONCE_BYTES = 12;
    /** Size of a tag in bytes. */
    public static final int TAG_BYTES = 16;

    private static final ThreadLocal<ScalarAead> AEAD = ThreadLocal.withInitial(ScalarAead::new);

    private ChaCha20Poly1305() {}

    /**
     * Seals a message.
     *
     * @param key 32 bytes
     * @param nonce 12 bytes, not used before under this key
     * @param aad {@code aadBytes} bytes of additional data, authenticated but not sent
     * @param source {@code length} bytes of plaintext
     * @param target receives ciphertext and tag, {@code length + 16} bytes
     */
    public static void seal(long key, long nonce, long aad, int aadBytes, long source, int length, long target) {
        AEAD.get().seal(key, nonce, aad, aadBytes, source, length, target);
    }

    /**
     * Opens a message.
     *
     * @param source ciphertext and tag, {@code length + 16} bytes
     * @param length of the plaintext in bytes
     * @param target receives the plaintext
     * @return whether the message is authentic; otherwise the target is unchanged
     */
    public static boolean open(long key, long nonce, long aad, int aadBytes, long source, int length, long target) {
        return AEAD.get().open(key, nonce, aad, aadBytes, source, length, target);
    }
}
