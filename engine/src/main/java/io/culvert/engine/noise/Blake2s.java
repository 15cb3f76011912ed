// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.Blake2sDigest;

/**
 * BLAKE2s (RFC 7693) in WireGuard's three uses (paper, section 5.4): hash, keyed MAC, and HMAC (RFC 2104) for key
 * derivation. Thread-safe. The caller zeroes a secret result after use.
 */
public final class Blake2s {
    /** Bytes of a hash. */
    public static final int HASH_BYTES = 32;
    /** Bytes of a MAC. */
    public static final int MAC_BYTES = 16;

    private static final int BLOCK_BYTES = 64;
    private static final byte INNER_PAD = 0x36;
    private static final byte OUTER_PAD = 0x5c;

    private Blake2s() {}

    /** Hashes the concatenation of the parts. */
    public static byte[] hash(byte[]... parts) {
        return digest(new Blake2sDigest(HASH_BYTES * Byte.SIZE), HASH_BYTES, parts);
    }

    /**
     * Computes the keyed MAC of the first {@code length} bytes of {@code input}.
     *
     * @param key 1 to 32 bytes
     * @return 16 bytes
     */
    public static byte[] mac(byte[] key, byte[] input, int length) {
        Blake2sDigest digest = new Blake2sDigest(key, MAC_BYTES, null, null);
        byte[] result = new byte[MAC_BYTES];
        digest.update(input, 0, length);
        digest.doFinal(result, 0);
        digest.clearKey();
        return result;
    }

    /** Computes the HMAC of the concatenation of the parts, under a key of at most 64 bytes. */
    public static byte[] hmac(byte[] key, byte[]... parts) {
        byte[] pad = Arrays.copyOf(key, BLOCK_BYTES);
        byte[][] inner = new byte[parts.length + 1][];
        byte[] innerHash = null;
        try {
            xor(pad, INNER_PAD);
            inner[0] = pad;
            System.arraycopy(parts, 0, inner, 1, parts.length);
            innerHash = hash(inner);
            xor(pad, (byte) (INNER_PAD ^ OUTER_PAD));
            return hash(pad, innerHash);
        } finally {
            Arrays.fill(pad, (byte) 0);
            if (innerHash != null) {
                Arrays.fill(innerHash, (byte) 0);
            }
        }
    }

    /**
     * KDF1, KDF2 and KDF3 of the paper (section 5.4): HKDF (RFC 5869) with HMAC-BLAKE2s.
     *
     * @param outputs 1 to 3
     * @return {@code outputs} keys of 32 bytes each
     */
    static byte[][] kdf(int outputs, byte[] chainingKey, byte[] input) {
        byte[] extracted = hmac(chainingKey, input);
        byte[][] keys = new byte[outputs][];
        for (int i = 0; i < outputs; i++) {
            byte[] counter = {(byte) (i + 1)};
            keys[i] = i == 0 ? hmac(extracted, counter) : hmac(extracted, keys[i - 1], counter);
        }
        Arrays.fill(extracted, (byte) 0);
        return keys;
    }

    private static byte[] digest(Blake2sDigest digest, int bytes, byte[]... parts) {
        byte[] result = new byte[bytes];
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        // doFinal also zeroes the digest's buffer.
        digest.doFinal(result, 0);
        return result;
    }

    private static void xor(byte[] bytes, byte value) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= value;
        }
    }
}
