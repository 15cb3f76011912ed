package io.culvert.engine.io;

/** Cryptographic randomness. Any thread may draw from it. */
public interface RandomSource {
    /** Fills {@code bytes} bytes at {@code address}. */
    void fill(long address, int bytes);

    /** Fills an array. */
    void fill(byte[] bytes);

    /** A uniform 32-bit word. */
    int nextInt();
}
