// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.Objects;

/**
 * ChaCha20-Poly1305 (RFC 8439) of one message in arrays, with additional data: for handshakes. Thread-safe. No copy of
 * the key or of the keystream stays in memory.
 *
 * <p>Source and target may start at the same index of the same array; otherwise they must not overlap.
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
     * @param aad additional data, authenticated but not sent; null for none
     * @param source holds {@code length} bytes of plaintext from index {@code from}
     * @param target receives ciphertext and tag at index {@code to}, {@code length + 16} bytes
     * @throws IndexOutOfBoundsException when a range exceeds its array
     * @throws IllegalArgumentException when the key or nonce has another length
     */
    public static void seal(
            byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        check(key, nonce);
        checkSeal(source, from, length, target, to);
        AEAD.get().seal(key, nonce, aad, source, from, length, target, to);
    }

    /**
     * Opens a message.
     *
     * @param source holds ciphertext and tag from index {@code from}, {@code length + 16} bytes
     * @param length of the plaintext in bytes
     * @param target receives the plaintext at index {@code to}
     * @return whether the message is authentic; otherwise the target is unchanged
     * @throws IndexOutOfBoundsException when a range exceeds its array
     * @throws IllegalArgumentException when the key or nonce has another length
     */
    public static boolean open(
            byte[] key, byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        check(key, nonce);
        checkOpen(source, from, length, target, to);
        return AEAD.get().open(key, nonce, aad, source, from, length, target, to);
    }

    static void checkSeal(byte[] source, int from, int length, byte[] target, int to) {
        Objects.checkFromIndexSize(from, length, source.length);
        Objects.checkFromIndexSize(to, Math.addExact(length, TAG_BYTES), target.length);
    }

    static void checkOpen(byte[] source, int from, int length, byte[] target, int to) {
        Objects.checkFromIndexSize(from, Math.addExact(length, TAG_BYTES), source.length);
        Objects.checkFromIndexSize(to, length, target.length);
    }

    private static void check(byte[] key, byte[] nonce) {
        if (key.length != KEY_BYTES || nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException(
                    "expected a key of 32 bytes and a nonce of 12, got " + key.length + " and " + nonce.length);
        }
    }
}
