// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.io.RandomSource;
import io.culvert.natives.Memory;
import java.util.SplittableRandom;

/** A random source with a seed, for repeatable benchmarks without system calls; not for secrets. Any thread. */
public final class SeededRandom implements RandomSource {
    private final SplittableRandom random;

    /** Starts a sequence. */
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
