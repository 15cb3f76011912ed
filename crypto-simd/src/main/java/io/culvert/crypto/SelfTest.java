// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Checks and times an implementation with one train. For one thread.
 *
 * <p>A trusted implementation gives the expected results; {@link #hasKnownTag()} checks the first of them against a tag
 * that other software computed.
 */
final class SelfTest implements AutoCloseable {
    /** Length of the packet with a known tag: key 0 to 31, counter {@link #FIRST_COUNTER}, plaintext 0 to 254. */
    static final int KNOWN_LENGTH = 255;

    private static final byte[] KNOWN_TAG = HexFormat.of().parseHex("6937d4a4107db8f958a17409e6f0c16a");
    private static final int KEY_BYTES = Aead.KEY_BYTES;
    /** The first counter; in a train of more than 16 packets the counters carry into the upper word. */
    private static final long FIRST_COUNTER = 0xffff_fff0L;

    private final Arena arena = Arena.ofShared();
    private final int count;
    private final int[] lengths;
    private final long[] counters;
    private final long[] sources;
    private final long[] targets;
    private final long[] opened;
    private final byte[][] expected;
    private final long key;

    /** Packets of these lengths; JCE gives the expected results. */
    SelfTest(int... lengths) {
        this(new JceAead(), lengths);
    }

    /** Packets of these lengths; {@code reference}, which the caller closes, gives the expected results. */
    SelfTest(Aead reference, int... lengths) {
        this.lengths = lengths;
        count = lengths.length;
        counters = new long[count];
        sources = new long[count];
        targets = new long[count];
        opened = new long[count];
        expected = new byte[count][];
        key = RawMemory.allocate(arena, KEY_BYTES);
        for (int i = 0; i < KEY_BYTES; i++) {
            RawMemory.putByte(key + i, (byte) i);
        }
        for (int i = 0; i < count; i++) {
            counters[i] = FIRST_COUNTER + i;
            sources[i] = RawMemory.allocate(arena, lengths[i] + 16L);
            targets[i] = RawMemory.allocate(arena, lengths[i] + 16L);
            opened[i] = RawMemory.allocate(arena, lengths[i] + 16L);
            for (int j = 0; j < lengths[i]; j++) {
                RawMemory.putByte(sources[i] + j, (byte) (i + j));
            }
        }
        reference.seal(key, counters, sources, targets, lengths, count);
        for (int i = 0; i < count; i++) {
            expected[i] = new byte[lengths[i] + 16];
            RawMemory.copy(targets[i], expected[i], 0, expected[i].length);
        }
    }

    /** Whether the first packet, of {@value #KNOWN_LENGTH} bytes, has the known tag. */
    boolean hasKnownTag() {
        byte[] first = expected[0];
        return Arrays.equals(first, KNOWN_LENGTH, first.length, KNOWN_TAG, 0, KNOWN_TAG.length);
    }

    /** Whether {@code aead} seals to the expected results, opens them again, and detects a forged packet. */
    boolean passes(Aead aead) {
        aead.seal(key, counters, sources, targets, lengths, count);
        for (int i = 0; i < count; i++) {
            if (!same(targets[i], expected[i], expected[i].length)) {
                return false;
            }
        }
        if (aead.open(key, counters, targets, opened, lengths, count) != 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < lengths[i]; j++) {
                if (RawMemory.getByte(opened[i] + j) != RawMemory.getByte(sources[i] + j)) {
                    return false;
                }
            }
        }
        int last = count - 1;
        long at = targets[last] + lengths[last] + 15;
        RawMemory.putByte(at, (byte) ~RawMemory.getByte(at));
        return aead.open(key, counters, targets, opened, lengths, count) == 1L << last;
    }

    /** Time in nanoseconds to seal and open once. */
    long nanos(Aead aead) {
        long start = System.nanoTime();
        aead.seal(key, counters, sources, targets, lengths, count);
        aead.open(key, counters, targets, opened, lengths, count);
        return System.nanoTime() - start;
    }

    private static boolean same(long address, byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (RawMemory.getByte(address + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        arena.close();
    }
}
