// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.natives.Memory;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A Curve25519 public key, which identifies a peer. Immutable. */
public final class PublicKey implements Comparable<PublicKey> {
    /** Size in bytes. */
    public static final int BYTES = 32;

    private final byte[] bytes;

    /**
     * Copies {@code bytes}.
     *
     * @throws IllegalArgumentException unless {@code bytes} has 32 bytes
     */
    public PublicKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a public key has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /** The public key at an address. */
    static PublicKey at(long address) {
        byte[] bytes = new byte[BYTES];
        Memory.copy(address, bytes, 0, BYTES);
        return new PublicKey(bytes);
    }

    /** Copies the bytes to an address. */
    void copyTo(long address) {
        Memory.copy(bytes, 0, address, BYTES);
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Compares the bytes as unsigned; not in constant time, as public keys are no secret. */
    @Override
    public int compareTo(PublicKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** Base64, 44 characters, as {@code wg} shows keys. */
    public String toBase64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Lower-case hexadecimal, 64 digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
