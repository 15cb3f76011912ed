// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.Clock;

/** A clock that stands still until it is moved. Confined to one thread. */
public final class VirtualClock implements Clock {
    private long nanos = 1_000_000_000_000L;
    private long wallNanos = 1_700_000_000L * 1_000_000_000L;

    /** A clock at some time of 2023. */
    public VirtualClock() {}

    /** Moves both clocks. */
    public void advance(long by) {
        nanos += by;
        wallNanos += by;
    }

    /** Moves the wall clock alone. */
    public void advanceWall(long by) {
        wallNanos += by;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallSeconds() {
        return wallNanos / 1_000_000_000L;
    }

    @Override
    public int wallNanos() {
        return (int) (wallNanos % 1_000_000_000L);
    }
}
