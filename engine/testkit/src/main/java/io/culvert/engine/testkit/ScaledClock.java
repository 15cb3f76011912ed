// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Clock;

/**
 * The machine's time, slowed by a factor; a read costs the same whatever the factor is. Benchmarks slow it so that no
 * timer of the protocol expires during a measurement. Any thread.
 *
 * @param begin a {@link System#nanoTime} from which the time runs at the slower pace
 * @param slowdown how many times slower {@link #nanos} runs; at least 1
 */
public record ScaledClock(long begin, int slowdown) implements Clock {
    /** A clock at its ordinary pace. */
    public static ScaledClock realTime() {
        return slowedBy(1);
    }

    /** A clock that runs {@code slowdown} times slower from now on. */
    public static ScaledClock slowedBy(int slowdown) {
        return new ScaledClock(System.nanoTime(), slowdown);
    }

    @Override
    public long nanos() {
        return begin + (System.nanoTime() - begin) / slowdown;
    }

    @Override
    public long wallSeconds() {
        return System.currentTimeMillis() / 1000;
    }

    @Override
    public int wallNanos() {
        return (int) (System.currentTimeMillis() % 1000) * 1_000_000;
    }
}
