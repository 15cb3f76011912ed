// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.Arrays;

/**
 * Seals and opens trains by JCE, packet by packet. It serves where OpenSSL is missing, until the vector kernels are
 * compiled, or for good where they are not faster.
 *
 * <p>Packets are copied through an array on the heap, because for native memory JCE allocates and copies itself.
 */
final class JceAead implements Aead {
    private final JceCipher cipher = new JceCipher();
    private final byte[] keyBytes = new byte[KEY_BYTES];
    private final byte[] nonce = new byte[12];
    private final byte[] packet = new byte[65_535 + TAG_BYTES];

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        takeKey(key);
        for (int i = 0; i < count; i++) {
            int length = lengths[i];
            JceCipher.counterNonce(counters[i], nonce);
            RawMemory.copy(sources[i], packet, 0, length);
            cipher.seal(nonce, null, packet, 0, length, packet, 0);
            RawMemory.copy(packet, 0, targets[i], length + TAG_BYTES);
        }
        cipher.forgetKey();
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        takeKey(key);
        long forged = 0;
        for (int i = 0; i < count; i++) {
            int length = lengths[i];
            JceCipher.counterNonce(counters[i], nonce);
            RawMemory.copy(sources[i], packet, 0, length + TAG_BYTES);
            if (cipher.open(nonce, null, packet, 0, length, packet, 0)) {
                RawMemory.copy(packet, 0, targets[i], length);
            } else {
                forged |= 1L << i;
            }
        }
        cipher.forgetKey();
        return forged;
    }

    @Override
    public String implementation() {
        return "jce";
    }

    @Override
    public void close() {
        Arrays.fill(packet, (byte) 0);
    }

    private void takeKey(long key) {
        RawMemory.copy(key, keyBytes, 0, KEY_BYTES);
        cipher.key(keyBytes);
        Arrays.fill(keyBytes, (byte) 0);
    }
}
