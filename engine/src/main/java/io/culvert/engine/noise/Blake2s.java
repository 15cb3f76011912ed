// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * BLAKE2s (RFC 7693) in WireGuard's three uses (paper, section 5.4): hash, keyed MAC, and HMAC (RFC 2104) for key
 * derivation. The caller zeroes a secret result after use.
 *
 * <p>An instance is working memory for one thread; its methods allocate nothing, and zero it before they return. The
 * static methods are thread-safe.
 */
public final class Blake2s {
    /** Bytes of a hash. */
    public static final int HASH_BYTES = 32;
    /** Bytes of a MAC. */
    public static final int MAC_BYTES = 16;

    private static final int BLOCK_BYTES = 64;
    private static final byte INNER_PAD = 0x36;
    private static final byte OUTER_PAD = 0x5c;

    private static final int ROUNDS = 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    /** The initialization vector of SHA-256 (section 2.6). */
    private static final int[] IV = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    /** The order of the message words in each round (section 2.7). */
    private static final byte[] SIGMA = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0
    };

    private final int[] chain = new int[8];
    private final int[] work = new int[16];
    private final int[] words = new int[16];
    private final byte[] block = new byte[BLOCK_BYTES];
    private int used;
    private int total;

    /** Working memory. */
    public Blake2s() {}

    /** Hashes the concatenation of the parts. */
    public static byte[] hash(byte[]... parts) {
        byte[] result = new byte[HASH_BYTES];
        Blake2s hash = new Blake2s();
        hash.begin(HASH_BYTES, 0);
        for (byte[] part : parts) {
            hash.update(part, part.length);
        }
        hash.finish(result, HASH_BYTES);
        return result;
    }

    /**
     * Computes the keyed MAC of the first {@code length} bytes of {@code input}.
     *
     * @param key 1 to 32 bytes
     * @return 16 bytes
     */
    public static byte[] mac(byte[] key, byte[] input, int length) {
        byte[] result = new byte[MAC_BYTES];
        new Blake2s().mac(key, input, length, result);
        return result;
    }

    /** As {@link #mac(byte[], byte[], int)}, to the first 16 bytes of {@code target}. */
    public void mac(byte[] key, byte[] input, int length, byte[] target) {
        begin(MAC_BYTES, key.length);
        System.arraycopy(key, 0, block, 0, key.length);
        used = BLOCK_BYTES;
        update(input, length);
        finish(target, MAC_BYTES);
    }

    /**
     * The state of a MAC after the block of its key, for {@link #mac(int[], byte[], int, byte[])}. It serves in place
     * of the key, so it is for keys that are no secrets.
     */
    public static int[] keyState(byte[] key) {
        Blake2s hash = new Blake2s();
        hash.begin(MAC_BYTES, key.length);
        System.arraycopy(key, 0, hash.block, 0, key.length);
        hash.total = BLOCK_BYTES;
        hash.compress(0);
        int[] state = hash.chain.clone();
        hash.forget();
        return state;
    }

    /**
     * Computes the MAC of the first {@code length} bytes of {@code input}, at least 1, to the first 16 bytes of {@code
     * target}.
     */
    public void mac(int[] keyState, byte[] input, int length, byte[] target) {
        System.arraycopy(keyState, 0, chain, 0, chain.length);
        used = 0;
        total = BLOCK_BYTES;
        update(input, length);
        finish(target, MAC_BYTES);
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

    private static void xor(byte[] bytes, byte value) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= value;
        }
    }

    /** The parameter block (section 2.5): sizes of result and key, and 1 for both fanout and depth. */
    private void begin(int resultBytes, int keyBytes) {
        System.arraycopy(IV, 0, chain, 0, chain.length);
        chain[0] ^= 0x0101_0000 | keyBytes << 8 | resultBytes;
        used = 0;
        total = 0;
    }

    /** Absorbs bytes. The last block stays in {@link #block}, as it may be the final one, whose flag differs. */
    private void update(byte[] input, int length) {
        int at = 0;
        while (at < length) {
            if (used == BLOCK_BYTES) {
                total += BLOCK_BYTES;
                compress(0);
                used = 0;
            }
            int part = Math.min(BLOCK_BYTES - used, length - at);
            System.arraycopy(input, at, block, used, part);
            used += part;
            at += part;
        }
    }

    private void finish(byte[] target, int bytes) {
        Arrays.fill(block, used, BLOCK_BYTES, (byte) 0);
        total += used;
        compress(-1);
        for (int i = 0; i < bytes; i += Integer.BYTES) {
            INT.set(target, i, chain[i / Integer.BYTES]);
        }
        forget();
    }

    private void forget() {
        Arrays.fill(chain, 0);
        Arrays.fill(work, 0);
        Arrays.fill(words, 0);
        Arrays.fill(block, (byte) 0);
    }

    /** The compression function F (section 3.2), up to 2^31 bytes; {@code last} is -1 for the final block, else 0. */
    private void compress(int last) {
        int[] m = words;
        int[] v = work;
        for (int i = 0; i < m.length; i++) {
            m[i] = (int) INT.get(block, Integer.BYTES * i);
        }
        System.arraycopy(chain, 0, v, 0, 8);
        System.arraycopy(IV, 0, v, 8, 8);
        v[12] ^= total;
        v[14] ^= last;
        for (int round = 0; round < ROUNDS; round++) {
            columns(v, m, 16 * round);
            diagonals(v, m, 16 * round + 8);
        }
        for (int i = 0; i < chain.length; i++) {
            chain[i] ^= v[i] ^ v[8 + i];
        }
    }

    private static void columns(int[] v, int[] m, int at) {
        mix(v, 0, 4, 8, 12, m[SIGMA[at]], m[SIGMA[at + 1]]);
        mix(v, 1, 5, 9, 13, m[SIGMA[at + 2]], m[SIGMA[at + 3]]);
        mix(v, 2, 6, 10, 14, m[SIGMA[at + 4]], m[SIGMA[at + 5]]);
        mix(v, 3, 7, 11, 15, m[SIGMA[at + 6]], m[SIGMA[at + 7]]);
    }

    private static void diagonals(int[] v, int[] m, int at) {
        mix(v, 0, 5, 10, 15, m[SIGMA[at]], m[SIGMA[at + 1]]);
        mix(v, 1, 6, 11, 12, m[SIGMA[at + 2]], m[SIGMA[at + 3]]);
        mix(v, 2, 7, 8, 13, m[SIGMA[at + 4]], m[SIGMA[at + 5]]);
        mix(v, 3, 4, 9, 14, m[SIGMA[at + 6]], m[SIGMA[at + 7]]);
    }

    /** The mixing function G (section 3.1). */
    private static void mix(int[] v, int ia, int ib, int ic, int id, int x, int y) {
        int b = v[ib];
        int a = v[ia] + b + x;
        int d = Integer.rotateRight(v[id] ^ a, 16);
        int c = v[ic] + d;
        b = Integer.rotateRight(b ^ c, 12);
        a += b + y;
        d = Integer.rotateRight(d ^ a, 8);
        c += d;
        v[ia] = a;
        v[ib] = Integer.rotateRight(b ^ c, 7);
        v[ic] = c;
        v[id] = d;
    }
}
