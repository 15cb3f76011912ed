// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The JDK's ChaCha20-Poly1305, with results in place of exceptions. For one thread.
 *
 * <p>JCE copies the key, and its copies stay until they are collected: they cannot be zeroed.
 */
final class JceCipher {
    private static final String NAME = "ChaCha20-Poly1305";
    private static final byte[] NO_AAD = {};

    private final Cipher opener = newCipher();
    private Cipher sealer = newCipher();
    private SecretKey key;

    /** Sets the key of the following calls. The caller zeroes the array. */
    void key(byte[] bytes) {
        key = new SecretKeySpec(bytes, "ChaCha20");
    }

    /** Drops the reference to the key. */
    void forgetKey() {
        key = null;
    }

    /** Seals {@code length} bytes into {@code length + 16}; source and target may be the same. */
    void seal(byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        try {
            IvParameterSpec iv = new IvParameterSpec(nonce);
            try {
                sealer.init(Cipher.ENCRYPT_MODE, key, iv);
            } catch (InvalidKeyException usedJustBefore) {
                // A Cipher refuses to reuse its last nonce. Here the caller is responsible for nonces.
                sealer = newCipher();
                sealer.init(Cipher.ENCRYPT_MODE, key, iv);
            }
            sealer.updateAAD(aad == null ? NO_AAD : aad);
            sealer.doFinal(source, from, length, target, to);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(NAME + " failed to seal " + length + " bytes", e);
        }
    }

    /**
     * Opens {@code length} bytes of plaintext from {@code length + 16}.
     *
     * @return whether it is authentic; otherwise the target is unchanged
     */
    boolean open(byte[] nonce, byte[] aad, byte[] source, int from, int length, byte[] target, int to) {
        try {
            opener.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(nonce));
            opener.updateAAD(aad == null ? NO_AAD : aad);
            opener.doFinal(source, from, length + Aead.TAG_BYTES, target, to);
            return true;
        } catch (AEADBadTagException forged) {
            return false;
        } catch (ShortBufferException e) {
            throw new IndexOutOfBoundsException("target is too short for " + length + " bytes at " + to);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(NAME + " failed to open " + length + " bytes", e);
        }
    }

    /** WireGuard's nonce: four zero bytes, then the counter in little-endian. */
    static void counterNonce(long counter, byte[] nonce) {
        Arrays.fill(nonce, 0, 4, (byte) 0);
        for (int i = 0; i < 8; i++) {
            nonce[4 + i] = (byte) (counter >>> (8 * i));
        }
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance(NAME);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK does not provide " + NAME, e);
        }
    }
}
