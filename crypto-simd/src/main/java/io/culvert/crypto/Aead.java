package io.culvert.crypto;

/**
 * ChaCha20-Poly1305 (RFC 8439) over a train: up to {@value #MAX_TRAIN} packets under one key, without additional data,
 * with WireGuard's nonces (four zero bytes, then the counter in little-endian).
 *
 * <p>Works on raw addresses: the caller answers for every range named here being live. Lengths are of plaintext, 0 to
 * 65,535; the sealed form is {@value #TAG_BYTES} bytes longer. Source and target of a packet are the same address or do
 * not overlap. Nothing outside the named ranges is read or written.
 *
 * <p>An instance has its own scratch memory and belongs to one thread.
 */
public interface Aead extends AutoCloseable {
    /** Size of a key. */
    int KEY_BYTES = 32;
    /** Size of a tag. */
    int TAG_BYTES = 16;
    /** The longest train. */
    int MAX_TRAIN = 64;

    /**
     * Seals packets {@code 0} to {@code count - 1}.
     *
     * @param key address of the key
     * @param counters each packet's counter
     * @param sources addresses of the plaintexts
     * @param targets where ciphertext and tag go: {@code lengths[i] + 16} bytes each
     * @param lengths plaintext lengths in bytes
     * @param count 1 to {@value #MAX_TRAIN}
     */
    void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count);

    /**
     * Opens packets {@code 0} to {@code count - 1}; the parameters are those of {@link #seal}, with ciphertext and tag
     * at the sources and plaintext going to the targets.
     *
     * @return a set of the packets that are not authentic (bit i for packet i); what their targets hold is undefined
     */
    long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count);

    /** Which implementation serves at the moment, for people: such as {@code vector-512} or {@code jce}. */
    String implementation();

    /** Zeroes and frees the scratch memory. */
    @Override
    void close();
}
