// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * ChaCha20-Poly1305 (RFC 8439) over a train: up to {@value #MAX_TRAIN} packets under one key, without additional data,
 * with WireGuard's nonces (four zero bytes, then the counter in little-endian).
 *
 * <p>Addresses are raw: the caller guarantees that every range is live. Lengths are those of plaintexts, 0 to 65,535
 * bytes; a sealed packet is {@value #TAG_BYTES} bytes longer. Source and target of a packet are the same address or do
 * not overlap. Nothing outside these ranges is read or written.
 *
 * <p>An instance has its own scratch memory and is for one thread.
 */
public interface Aead extends AutoCloseable {
    /** Size of a key in bytes. */
    int KEY_BYTES = 32;
    /** Size of a tag in bytes. */
    int TAG_BYTES = 16;
    /** Greatest number of packets in a train. */
    int MAX_TRAIN = 64;

    /**
     * Seals packets {@code 0} to {@code count - 1}.
     *
     * @param key address of the key
     * @param counters nonce counters of the packets
     * @param sources addresses of the plaintexts
     * @param targets addresses for ciphertext and tag, {@code lengths[i] + 16} bytes each
     * @param lengths plaintext lengths in bytes
     * @param count 1 to {@value #MAX_TRAIN}
     */
    void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count);

    /**
     * Opens packets {@code 0} to {@code count - 1}. The parameters are those of {@link #seal}, with ciphertexts and
     * tags at the sources, and plaintexts at the targets.
     *
     * @return bit set of the packets that are not authentic (bit i for packet i); their targets hold undefined bytes
     */
    long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count);

    /** Name of the implementation in use, such as {@code vector-512} or {@code jce}. */
    String implementation();

    /** Zeroes and frees the scratch memory. */
    @Override
    void close();
}
