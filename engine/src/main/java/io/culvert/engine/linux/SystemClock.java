// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.Clock;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;

/** The system's clocks: CLOCK_BOOTTIME and CLOCK_REALTIME. Any thread; does not allocate. */
public final class SystemClock implements Clock {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** The clocks; it has no state. */
    public SystemClock() {}

    @Override
    public long nanos() {
        return Linux.bootNanos();
    }

    @Override
    public long wallSeconds() {
        return Linux.clockNanos(linux_h.CLOCK_REALTIME) / NANOS_PER_SECOND;
    }

    @Override
    public int wallNanos() {
        return (int) (Linux.clockNanos(linux_h.CLOCK_REALTIME) % NANOS_PER_SECOND);
    }
}
