// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/** A cryptographically secure random number generator. Any thread. */
public interface RandomSource {
    /** Fills {@code bytes} bytes at {@code address} with random bytes. */
    void fill(long address, int bytes);

    /** Fills an array with random bytes. */
    void fill(byte[] bytes);

    /** Returns a uniformly distributed 32-bit word. */
    int nextInt();
}
