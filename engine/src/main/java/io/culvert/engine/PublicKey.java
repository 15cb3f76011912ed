// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.util.Base64;

/** A peer's public key, 32 bytes, which identifies the peer. Immutable; any thread. */
public final class PublicKey {
    private static final int BYTES = io.culvert.engine.noise.PublicKey.BYTES;

    private final io.culvert.engine.noise.PublicKey key;

    PublicKey(io.culvert.engine.noise.PublicKey key) {
        this.key = key;
    }

    /**
     * Reads a key in Base64, 44 characters, as {@code wg pubkey} prints it.
     *
     * @param text the key
     * @return the key
     * @throws IllegalArgumentException if it is not such a text
     */
    public static PublicKey fromBase64(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (bytes.length != BYTES || !Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is no key of 32 bytes in Base64");
        }
        return fromBytes(bytes);
    }

    /**
     * Copies a key.
     *
     * @param bytes the key
     * @return the key
     * @throws IllegalArgumentException unless there are 32 bytes
     */
    public static PublicKey fromBytes(byte[] bytes) {
        return new PublicKey(new io.culvert.engine.noise.PublicKey(bytes));
    }

    io.culvert.engine.noise.PublicKey key() {
        return key;
    }

    /**
     * A copy of the 32 bytes.
     *
     * @return the bytes
     */
    public byte[] toBytes() {
        return key.toBytes();
    }

    /**
     * The key in Base64, 44 characters.
     *
     * @return the text
     */
    public String toBase64() {
        return Base64.getEncoder().encodeToString(key.toBytes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey another && key.equals(another.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** The same as {@link #toBase64}. */
    @Override
    public String toString() {
        return toBase64();
    }
}
