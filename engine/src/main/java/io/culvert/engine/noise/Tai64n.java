// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.io.Clock;
import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;

/**
 * A TAI64N timestamp: 12 bytes, big-endian, 8 of seconds and 4 of nanoseconds. A received timestamp may hold any bits;
 * it is only compared, in the order of its bytes.
 *
 * @param seconds TAI seconds plus 2^62, unsigned
 * @param nanos unsigned
 */
record Tai64n(long seconds, int nanos) implements Comparable<Tai64n> {
    static final int BYTES = 12;

    /** No timestamp; less than every accepted one. */
    static final Tai64n NONE = new Tai64n(0, 0);

    /**
     * TAI64's label of 1970: 2^62 plus the 10 s by which TAI was ahead of UTC. Later leap seconds do not matter here.
     */
    private static final long EPOCH = 0x4000_0000_0000_000AL;

    /**
     * Hides the precise time, which could help to fingerprint the host. The resolution is the interval at which a
     * responder consumes initiations, rounded down to a power of two.
     */
    private static final int NANOS_MASK = (int) -Long.highestOneBit(Limits.INITIATION_INTERVAL);

    /** The current time, rounded down. */
    static Tai64n now(Clock clock) {
        long seconds;
        int nanos;
        do {
            // Repeats if a second began between the two reads: they would give a time in the past.
            seconds = clock.wallSeconds();
            nanos = clock.wallNanos();
        } while (clock.wallSeconds() != seconds);
        return new Tai64n(EPOCH + seconds, nanos & NANOS_MASK);
    }

    /** The timestamp at an address. */
    static Tai64n at(long address) {
        return new Tai64n(Memory.getLongBE(address), Memory.getIntBE(address + Long.BYTES));
    }

    /** Writes its {@value #BYTES} bytes. */
    void copyTo(long address) {
        Memory.putLongBE(address, seconds);
        Memory.putIntBE(address + Long.BYTES, nanos);
    }

    @Override
    public int compareTo(Tai64n other) {
        int bySeconds = Long.compareUnsigned(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compareUnsigned(nanos, other.nanos);
    }
}
