// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import java.util.SplittableRandom;

/** How often the system refuses one host its calls. */
final class Refusals {
    private final SplittableRandom random;
    private double sends;
    private double writes;
    private double buffers;

    Refusals(SplittableRandom random) {
        this.random = random;
    }

    /** Sets the shares of sends, TUN writes and receive buffers that are refused, 0 to 1 each. */
    void set(double ofSends, double ofWrites, double ofBuffers) {
        sends = ofSends;
        writes = ofWrites;
        buffers = ofBuffers;
    }

    boolean refusesSend() {
        return sends > 0 && random.nextDouble() < sends;
    }

    boolean refusesWrite() {
        return writes > 0 && random.nextDouble() < writes;
    }

    boolean refusesBuffer() {
        return buffers > 0 && random.nextDouble() < buffers;
    }
}
