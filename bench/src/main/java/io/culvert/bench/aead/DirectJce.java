// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The JDK's Cipher on arrays, as a Java program without native memory uses it. It ignores the addresses, and opens the
 * packets that it sealed first, so the counters must be the same.
 */
final class DirectJce implements Aead {
    private final SecretKey key = new SecretKeySpec(new byte[KEY_BYTES], "ChaCha20");
    private final Cipher sealer;
    private final Cipher opener;
    private final byte[] plain = new byte[65_535];
    private final byte[] target = new byte[65_535 + TAG_BYTES];
    private final byte[] nonce = new byte[12];
    private byte[][] sealed;

    DirectJce() {
        try {
            sealer = Cipher.getInstance("ChaCha20-Poly1305");
            opener = Cipher.getInstance("ChaCha20-Poly1305");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        try {
            boolean first = sealed == null;
            if (first) {
                sealed = new byte[count][];
            }
            for (int i = 0; i < count; i++) {
                sealer.init(Cipher.ENCRYPT_MODE, this.key, iv(counters[i]));
                if (first) {
                    sealed[i] = sealer.doFinal(plain, 0, lengths[i]);
                } else {
                    sealer.doFinal(plain, 0, lengths[i], target, 0);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        try {
            for (int i = 0; i < count; i++) {
                opener.init(Cipher.DECRYPT_MODE, this.key, iv(counters[i]));
                opener.doFinal(sealed[i], 0, sealed[i].length, target, 0);
            }
            return 0;
        } catch (GeneralSecurityException e) {
            return -1;
        }
    }

    private IvParameterSpec iv(long counter) {
        for (int i = 0; i < 8; i++) {
            nonce[4 + i] = (byte) (counter >>> (8 * i));
        }
        return new IvParameterSpec(nonce);
    }

    @Override
    public String implementation() {
        return Implementations.JCE_DIRECT;
    }

    @Override
    public void close() {
        sealed = null;
    }
}
