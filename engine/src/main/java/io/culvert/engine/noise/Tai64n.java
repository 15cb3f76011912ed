package io.culvert.engine.noise;

import io.culvert.engine.io.Clock;
import io.culvert.engine.message.Limits;
import java.nio.ByteBuffer;

/**
 * A TAI64N timestamp: 12 bytes, big-endian, 8 of seconds and 4 of nanoseconds. A received one may hold any bits, and is
 * only ever compared, as the bytes would be.
 *
 * @param seconds TAI seconds plus 2^62, unsigned
 * @param nanos unsigned
 */
record Tai64n(long seconds, int nanos) implements Comparable<Tai64n> {
    static final int BYTES = 12;

    /** Before all that count. */
    static final Tai64n NONE = new Tai64n(0, 0);

    /** TAI64's label of 1970: 2^62, and the 10 s by which TAI was ahead then; leap seconds since do not matter here. */
    private static final long EPOCH = 0x4000_0000_0000_000AL;

    /**
     * Hides the precise time, lest it help to fingerprint the host: no finer than initiations are consumed anyhow
     * (INITIATIONS_PER_SECOND), rounded down to a power of two.
     */
    private static final int NANOS_MASK = (int) -Long.highestOneBit(Limits.INITIATION_INTERVAL);

    /** The present. */
    static Tai64n now(Clock clock) {
        long seconds;
        int nanos;
        do {
            // Both again when a second began between the two: the nanoseconds of the next one would be a step back.
            seconds = clock.wallSeconds();
            nanos = clock.wallNanos();
        } while (clock.wallSeconds() != seconds);
        return new Tai64n(EPOCH + seconds, nanos & NANOS_MASK);
    }

    static Tai64n of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Tai64n(buffer.getLong(), buffer.getInt());
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(seconds).putInt(nanos).array();
    }

    @Override
    public int compareTo(Tai64n other) {
        int bySeconds = Long.compareUnsigned(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compareUnsigned(nanos, other.nanos);
    }
}
