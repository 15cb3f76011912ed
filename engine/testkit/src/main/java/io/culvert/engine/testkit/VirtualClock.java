// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Clock;

/** A clock that only {@link #advance} moves. Confined to one thread. */
public final class VirtualClock implements Clock {
    private long nanos = 1_000_000_000_000L;
    private long wallNanos = 1_700_000_000L * 1_000_000_000L;

    /** A clock whose wall clock shows a time in November 2023. */
    public VirtualClock() {}

    /** Moves both clocks; {@code by} in nanoseconds. */
    public void advance(long by) {
        nanos += by;
        wallNanos += by;
    }

    /** Moves only the wall clock; {@code by} in nanoseconds. */
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
