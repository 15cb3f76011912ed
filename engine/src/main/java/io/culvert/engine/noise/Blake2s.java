// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;
import java.lang.foreign.MemorySegment;

/**
 * BLAKE2s (RFC 7693) in WireGuard's three uses (paper, section 5.4): hash, keyed MAC, and HMAC (RFC 2104) for key
 * derivation. The caller zeroes a secret result after use.
 *
 * <p>An instance is working memory for one thread, off the heap, where the garbage collector makes no copies of
 * secrets. Its methods allocate nothing, and zero the memory before they return. The static methods are thread-safe.
 */
public final class Blake2s implements AutoCloseable {
    /** Bytes of a hash. */
    public static final int HASH_BYTES = 32;
    /** Bytes of a MAC. */
    public static final int MAC_BYTES = 16;

    private static final int BLOCK_BYTES = 64;
    private static final long INNER_PAD = 0x3636_3636_3636_3636L;
    private static final long OUTER_PAD = 0x5c5c_5c5c_5c5c_5c5cL;

    private static final int ROUNDS = 10;
    private static final int WORDS = 8;

    // The working memory: chaining value, working vector and block of the hash, then keys of HMAC and of KDF.
    private static final int CHAIN = 0;
    private static final int VECTOR = CHAIN + HASH_BYTES;
    private static final int BLOCK = VECTOR + 2 * HASH_BYTES;
    private static final int INNER_HASH = BLOCK + BLOCK_BYTES;
    private static final int EXTRACTED = INNER_HASH + HASH_BYTES;
    private static final int WORK_BYTES = EXTRACTED + HASH_BYTES;

    /** The working memory belongs to the instance, so it is not checked at each access. */
    private static final MemorySegment ALL = Memory.all();

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

    private final long memory = SecretMemory.allocate(WORK_BYTES);
    private int used;
    private int total;

    /** Working memory, which the caller closes. */
    public Blake2s() {}

    /** Hashes the concatenation of the parts. */
    public static byte[] hash(byte[]... parts) {
        byte[] result = new byte[HASH_BYTES];
        try (Blake2s hash = new Blake2s()) {
            hash.begin(HASH_BYTES, 0);
            for (byte[] part : parts) {
                hash.update(part, part.length);
            }
            hash.finish();
            hash.takeHash(result, HASH_BYTES);
        }
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
        try (Blake2s hash = new Blake2s()) {
            hash.mac(key, input, length, result);
        }
        return result;
    }

    /** As {@link #mac(byte[], byte[], int)}, to the first 16 bytes of {@code target}. */
    public void mac(byte[] key, byte[] input, int length, byte[] target) {
        beginKeyed(key);
        update(input, length);
        finish();
        takeHash(target, MAC_BYTES);
    }

    /** As {@link #mac(byte[], byte[], int, byte[])}, with a key of 32 bytes off the heap. */
    public void mac(long key, byte[] input, int length, byte[] target) {
        begin(MAC_BYTES, HASH_BYTES);
        Memory.copy(key, memory + BLOCK, HASH_BYTES);
        used = BLOCK_BYTES;
        update(input, length);
        finish();
        takeHash(target, MAC_BYTES);
    }

    /**
     * The state of a MAC after the block of its key, for {@link #mac(int[], byte[], int, byte[])}. It serves in place
     * of the key, so it is for keys that are no secrets.
     */
    public static int[] keyState(byte[] key) {
        int[] state = new int[WORDS];
        try (Blake2s hash = new Blake2s()) {
            hash.beginKeyed(key);
            hash.total = BLOCK_BYTES;
            hash.compress(0);
            for (int i = 0; i < WORDS; i++) {
                state[i] = hash.word(CHAIN, i);
            }
        }
        return state;
    }

    /**
     * Computes the MAC of the first {@code length} bytes of {@code input}, at least 1, to the first 16 bytes of {@code
     * target}.
     */
    public void mac(int[] keyState, byte[] input, int length, byte[] target) {
        for (int i = 0; i < WORDS; i++) {
            word(CHAIN, i, keyState[i]);
        }
        used = 0;
        total = BLOCK_BYTES;
        update(input, length);
        finish();
        takeHash(target, MAC_BYTES);
    }

    /** Hashes the concatenation of two ranges off the heap to the 32 bytes at {@code target}, which may be in them. */
    void hash(long first, int firstBytes, long second, int secondBytes, long target) {
        begin(HASH_BYTES, 0);
        update(first, firstBytes);
        update(second, secondBytes);
        finish();
        Memory.copy(memory + CHAIN, target, HASH_BYTES);
        forget();
    }

    /**
     * KDF1, KDF2 and KDF3 of the paper (section 5.4): HKDF (RFC 5869) with HMAC-BLAKE2s.
     *
     * @param outputs 1 to 3
     * @param chainingKey 32 bytes
     * @param target receives {@code outputs} keys of 32 bytes each; apart from the input
     */
    void kdf(int outputs, long chainingKey, long input, int inputBytes, long target) {
        beginHmac(chainingKey);
        update(input, inputBytes);
        finishHmac(chainingKey, memory + EXTRACTED);
        for (int i = 0; i < outputs; i++) {
            long key = target + (long) i * HASH_BYTES;
            beginHmac(memory + EXTRACTED);
            if (i > 0) {
                update(key - HASH_BYTES, HASH_BYTES);
            }
            updateByte(i + 1);
            finishHmac(memory + EXTRACTED, key);
        }
        forget();
    }

    /** Begins the inner hash of an HMAC under a key of 32 bytes (RFC 2104). */
    private void beginHmac(long key) {
        begin(HASH_BYTES, 0);
        padKey(key, INNER_PAD);
    }

    private void finishHmac(long key, long target) {
        finish();
        Memory.copy(memory + CHAIN, memory + INNER_HASH, HASH_BYTES);
        begin(HASH_BYTES, 0);
        padKey(key, OUTER_PAD);
        update(memory + INNER_HASH, HASH_BYTES);
        finish();
        Memory.copy(memory + CHAIN, target, HASH_BYTES);
    }

    private void padKey(long key, long pad) {
        for (int i = 0; i < BLOCK_BYTES; i += Long.BYTES) {
            long word = i < HASH_BYTES ? ALL.get(JAVA_LONG_UNALIGNED, key + i) : 0;
            ALL.set(JAVA_LONG_UNALIGNED, memory + BLOCK + i, word ^ pad);
        }
        used = BLOCK_BYTES;
    }

    private void beginKeyed(byte[] key) {
        begin(MAC_BYTES, key.length);
        Memory.copy(key, 0, memory + BLOCK, key.length);
        used = BLOCK_BYTES;
    }

    /** The parameter block (section 2.5): sizes of result and key, and 1 for both fanout and depth. */
    private void begin(int resultBytes, int keyBytes) {
        for (int i = 0; i < WORDS; i++) {
            word(CHAIN, i, IV[i]);
        }
        word(CHAIN, 0, IV[0] ^ 0x0101_0000 ^ keyBytes << 8 ^ resultBytes);
        fill(BLOCK, BLOCK_BYTES);
        used = 0;
        total = 0;
    }

    /** Absorbs bytes. The last block stays in the working memory, as it may be the final one, whose flag differs. */
    private void update(byte[] input, int length) {
        for (int at = 0; at < length; ) {
            int part = room(length - at);
            Memory.copy(input, at, memory + BLOCK + used, part);
            used += part;
            at += part;
        }
    }

    private void update(long input, int length) {
        for (int at = 0; at < length; ) {
            int part = room(length - at);
            Memory.copy(input + at, memory + BLOCK + used, part);
            used += part;
            at += part;
        }
    }

    private void updateByte(int value) {
        room(1);
        ALL.set(JAVA_BYTE, memory + BLOCK + used++, (byte) value);
    }

    /** Compresses a full block, as more bytes follow; returns for how many of them the next one has room. */
    private int room(int bytes) {
        if (used == BLOCK_BYTES) {
            total += BLOCK_BYTES;
            compress(0);
            used = 0;
        }
        return Math.min(BLOCK_BYTES - used, bytes);
    }

    /** Compresses the last block. The hash is the chaining value then. */
    private void finish() {
        fill(BLOCK + used, BLOCK_BYTES - used);
        total += used;
        compress(-1);
    }

    private void takeHash(byte[] target, int bytes) {
        Memory.copy(memory + CHAIN, target, 0, bytes);
        forget();
    }

    private void forget() {
        fill(0, WORK_BYTES);
    }

    private void fill(int offset, int bytes) {
        long at = memory + offset;
        long end = at + bytes;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            ALL.set(JAVA_LONG_UNALIGNED, at, 0L);
        }
        for (; at < end; at++) {
            ALL.set(JAVA_BYTE, at, (byte) 0);
        }
    }

    private int word(int offset, int i) {
        return ALL.get(JAVA_INT_UNALIGNED, memory + offset + (long) i * Integer.BYTES);
    }

    private void word(int offset, int i, int value) {
        ALL.set(JAVA_INT_UNALIGNED, memory + offset + (long) i * Integer.BYTES, value);
    }

    /** The compression function F (section 3.2), up to 2^31 bytes; {@code last} is -1 for the final block, else 0. */
    private void compress(int last) {
        for (int i = 0; i < WORDS; i++) {
            word(VECTOR, i, word(CHAIN, i));
            word(VECTOR, WORDS + i, IV[i]);
        }
        word(VECTOR, 12, IV[4] ^ total);
        word(VECTOR, 14, IV[6] ^ last);
        for (int round = 0; round < ROUNDS; round++) {
            columns(16 * round);
            diagonals(16 * round + 8);
        }
        for (int i = 0; i < WORDS; i++) {
            word(CHAIN, i, word(CHAIN, i) ^ word(VECTOR, i) ^ word(VECTOR, WORDS + i));
        }
    }

    private void columns(int at) {
        mix(0, 4, 8, 12, message(at), message(at + 1));
        mix(1, 5, 9, 13, message(at + 2), message(at + 3));
        mix(2, 6, 10, 14, message(at + 4), message(at + 5));
        mix(3, 7, 11, 15, message(at + 6), message(at + 7));
    }

    private void diagonals(int at) {
        mix(0, 5, 10, 15, message(at), message(at + 1));
        mix(1, 6, 11, 12, message(at + 2), message(at + 3));
        mix(2, 7, 8, 13, message(at + 4), message(at + 5));
        mix(3, 4, 9, 14, message(at + 6), message(at + 7));
    }

    private int message(int at) {
        return word(BLOCK, SIGMA[at]);
    }

    /** The mixing function G (section 3.1). */
    private void mix(int ia, int ib, int ic, int id, int x, int y) {
        int b = word(VECTOR, ib);
        int a = word(VECTOR, ia) + b + x;
        int d = Integer.rotateRight(word(VECTOR, id) ^ a, 16);
        int c = word(VECTOR, ic) + d;
        b = Integer.rotateRight(b ^ c, 12);
        a += b + y;
        d = Integer.rotateRight(d ^ a, 8);
        c += d;
        word(VECTOR, ia, a);
        word(VECTOR, ib, Integer.rotateRight(b ^ c, 7));
        word(VECTOR, ic, c);
        word(VECTOR, id, d);
    }

    /** Frees the working memory. */
    @Override
    public void close() {
        SecretMemory.free(memory);
    }
}
