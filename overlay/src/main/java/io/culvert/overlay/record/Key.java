// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** The 32 bytes of a public key: of Ed25519 (identities, enrolment) or X25519 (WireGuard). Immutable. */
public final class Key implements Comparable<Key> {
    /** The length of a key. */
    public static final int BYTES = 32;

    private final byte[] bytes;

    /**
     * Copies the bytes.
     *
     * @throws IllegalArgumentException if they are not {@link #BYTES}
     */
    public Key(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /**
     * A key in the form of wg(8).
     *
     * @throws IllegalArgumentException if it is not 44 characters of base64 that end with =
     */
    public static Key ofBase64(String text) {
        if (text.length() != 44 || text.charAt(43) != '=') {
            throw new IllegalArgumentException("a key is 44 characters of base64");
        }
        Key key = new Key(Base64.getDecoder().decode(text));
        if (!key.toString().equals(text)) {
            throw new IllegalArgumentException("a key is 32 bytes in base64, without other bits");
        }
        return key;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** 64 digits, as the UAPI has it. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In base64, as wg(8) shows it. */
    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
