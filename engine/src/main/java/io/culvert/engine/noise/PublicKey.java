// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.HexFormat;

/** A Curve25519 public key, which identifies a peer. Immutable. */
public final class PublicKey implements Comparable<PublicKey> {
    /** Size in bytes. */
    public static final int BYTES = 32;

    private static final int WORDS = BYTES / Long.BYTES;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    // Big-endian words: a quarter less memory for each peer than an array.
    private final long word0;
    private final long word1;
    private final long word2;
    private final long word3;

    /**
     * Copies {@code bytes}.
     *
     * @throws IllegalArgumentException unless {@code bytes} has 32 bytes
     */
    public PublicKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a public key has 32 bytes, not " + bytes.length);
        }
        word0 = (long) WORD.get(bytes, 0);
        word1 = (long) WORD.get(bytes, 8);
        word2 = (long) WORD.get(bytes, 16);
        word3 = (long) WORD.get(bytes, 24);
    }

    private PublicKey(long address) {
        word0 = Long.reverseBytes(Memory.getLong(address));
        word1 = Long.reverseBytes(Memory.getLong(address + 8));
        word2 = Long.reverseBytes(Memory.getLong(address + 16));
        word3 = Long.reverseBytes(Memory.getLong(address + 24));
    }

    /** The public key at an address. */
    static PublicKey at(long address) {
        return new PublicKey(address);
    }

    /** Copies the bytes to an address. */
    void copyTo(long address) {
        for (int i = 0; i < WORDS; i++) {
            Memory.putLong(address + i * Long.BYTES, Long.reverseBytes(word(i)));
        }
    }

    /** Bytes {@code 8 * i} to {@code 8 * i + 7} as a big-endian word, {@code i} from 0 to 3. */
    public long word(int i) {
        return switch (i) {
            case 0 -> word0;
            case 1 -> word1;
            case 2 -> word2;
            case 3 -> word3;
            default -> throw new IndexOutOfBoundsException(i);
        };
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < WORDS; i++) {
            WORD.set(bytes, i * Long.BYTES, word(i));
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key
                && word0 == key.word0
                && word1 == key.word1
                && word2 == key.word2
                && word3 == key.word3;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(31 * (31 * (31 * word0 + word1) + word2) + word3);
    }

    /** Compares the bytes as unsigned; not in constant time, as public keys are no secret. */
    @Override
    public int compareTo(PublicKey other) {
        for (int i = 0; i < WORDS; i++) {
            if (word(i) != other.word(i)) {
                return Long.compareUnsigned(word(i), other.word(i));
            }
        }
        return 0;
    }

    /** Base64, 44 characters, as {@code wg} shows keys. */
    public String toBase64() {
        return Base64.getEncoder().encodeToString(toBytes());
    }

    /** Lower-case hexadecimal, 64 digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(toBytes());
    }
}
