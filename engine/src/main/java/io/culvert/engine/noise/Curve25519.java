// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.io.RandomSource;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;

/**
 * X25519 (RFC 7748) on keys of 32 bytes off the heap; the parameters are addresses. Thread-safe. The working memory is
 * zeroed before a method returns.
 */
final class Curve25519 {
    /** Bytes of a private key, of a public key, and of a shared secret. */
    static final int KEY_BYTES = 32;

    private Curve25519() {}

    /** Generates a clamped private key. */
    static void generatePrivateKey(RandomSource random, long key) {
        random.fill(key, KEY_BYTES);
        clamp(key);
    }

    /** Clamps 32 bytes to a private key (RFC 7748, section 5): a multiple of 8 between 2^254 and 2^255. */
    static void clamp(long privateKey) {
        int last = KEY_BYTES - 1;
        Memory.putByte(privateKey, (byte) (Memory.getByte(privateKey) & 0xf8));
        Memory.putByte(privateKey + last, (byte) (Memory.getByte(privateKey + last) & 0x7f | 0x40));
    }

    /** Computes the public key of a private key. */
    static void publicKey(long privateKey, long publicKey) {
        long work = SecretMemory.allocate(X25519.WORK_BYTES);
        try {
            BasePoint.multiply(privateKey, publicKey, work);
        } finally {
            SecretMemory.free(work);
        }
    }

    /**
     * Computes the shared secret.
     *
     * @param secret receives the 32 bytes; the caller zeroes them after use
     * @return {@code false} if they are all zero, as for a public key of low order: the caller must not use them
     */
    static boolean sharedSecret(long privateKey, long publicKey, long secret) {
        long work = SecretMemory.allocate(X25519.WORK_BYTES);
        try {
            X25519.multiply(privateKey, publicKey, secret, work);
        } finally {
            SecretMemory.free(work);
        }
        return !Secret.isZero(secret);
    }
}
