// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.RandomSource;
import io.culvert.natives.Memory;
import java.util.SplittableRandom;

/** Randomness that is the same for the same seed. */
public final class SeededRandom implements RandomSource {
    private final SplittableRandom random;

    public SeededRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public void fill(long address, int bytes) {
        byte[] drawn = new byte[bytes];
        fill(drawn);
        Memory.copy(drawn, 0, address, bytes);
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
