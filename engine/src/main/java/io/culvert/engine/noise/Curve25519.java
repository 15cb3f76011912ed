package io.culvert.engine.noise;

import io.culvert.engine.io.RandomSource;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** X25519 (RFC 7748) on arrays of 32 bytes. Thread-safe, and in constant time as far as Java allows. */
public final class Curve25519 {
    /** Size of a private key, a public key, and a shared secret. */
    public static final int KEY_BYTES = 32;

    private Curve25519() {}

    /** A new private key, clamped; the caller zeroes it after use. */
    public static byte[] generatePrivateKey(RandomSource random) {
        byte[] key = new byte[KEY_BYTES];
        random.fill(key);
        clamp(key);
        return key;
    }

    /** Makes any 32 bytes a private key in its usual form: a multiple of 8 between 2^254 and 2^255. */
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
     * Computes what both sides share.
     *
     * @param secret receives the 32 bytes; the caller zeroes them after use
     * @return {@code false} when they are all zero, as with a public key of low order: then there is no secret
     */
    static boolean sharedSecret(byte[] privateKey, byte[] publicKey, byte[] secret) {
        // The zero test inside is over the sum of all bytes, and so in constant time.
        return X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0);
    }
}
