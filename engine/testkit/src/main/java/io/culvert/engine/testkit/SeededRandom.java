// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.RandomSource;
import io.culvert.natives.Memory;
import java.util.SplittableRandom;

/**
 * A random source that gives the same sequence for the same seed, without system calls; not for secrets. Any thread.
 */
public final class SeededRandom implements RandomSource {
    private final SplittableRandom random;

    /** Begins the sequence of {@code seed}. */
    public SeededRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public synchronized void fill(long address, int bytes) {
        for (int i = 0; i < bytes; i++) {
            Memory.putByte(address + i, (byte) random.nextInt());
        }
    }

    @Override
    public synchronized void fill(byte[] bytes) {
        random.nextBytes(bytes);
    }

    @Override
    public synchronized int nextInt() {
        return random.nextInt();
    }
}
