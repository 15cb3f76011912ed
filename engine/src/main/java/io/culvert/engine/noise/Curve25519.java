// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.io.RandomSource;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** X25519 (RFC 7748) on arrays of 32 bytes. Thread-safe; in constant time as far as Java allows. */
public final class Curve25519 {
    /** Bytes of a private key, of a public key, and of a shared secret. */
    public static final int KEY_BYTES = 32;

    private Curve25519() {}

    /** Generates a clamped private key, which the caller zeroes after use. */
    public static byte[] generatePrivateKey(RandomSource random) {
        byte[] key = new byte[KEY_BYTES];
        random.fill(key);
        clamp(key);
        return key;
    }

    /** Clamps 32 bytes to a private key (RFC 7748, section 5): a multiple of 8 between 2^254 and 2^255. */
    public static void clamp(byte[] privateKey) {
        X25519.clampPrivateKey(privateKey);
    }

    /** The public key of a private key. */
    public static byte[] publicKey(byte[] privateKey) {
        byte[] key = new byte[KEY_BYTES];
        X25519.generatePublicKey(privateKey, 0, key, 0);
        return key;
    }

    /**
     * Computes the shared secret.
     *
     * @param secret receives the 32 bytes; the caller zeroes them after use
     * @return {@code false} if they are all zero, as for a public key of low order: the caller must not use them
     */
    static boolean sharedSecret(byte[] privateKey, byte[] publicKey, byte[] secret) {
        // The zero test inside combines all bytes before it branches, so it takes constant time.
        return X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0);
    }
}
