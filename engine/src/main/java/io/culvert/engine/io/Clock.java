// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/** The two clocks of WireGuard. Any thread. */
public interface Clock {
    /**
     * Nanoseconds of CLOCK_BOOTTIME, for key ages, timers and rate limits. This clock includes the time that the
     * machine is suspended, so keys also age then.
     */
    long nanos();

    /** Wall-clock seconds since 1970: for TAI64N timestamps and the latest-handshake time only. */
    long wallSeconds();

    /** The nanoseconds within {@link #wallSeconds}, read together with it or just after: 0 to 999,999,999. */
    int wallNanos();
}
