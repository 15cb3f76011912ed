package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One train with its known answer, to check an implementation and to time it. For one thread.
 *
 * <p>The answers are those of an implementation that is trusted; {@link #anchored()} checks the first of them against one that
 * was computed elsewhere.
 */
final class SelfTest implements AutoCloseable {
    /** Length of a first packet whose tag is known: key 0 to 31, counter {@link #FIRST_COUNTER}, plaintext 0 to 254. */
    static final int KNOWN_LENGTH = 255;

    private static final byte[] KNOWN_TAG = HexFormat.of().parseHex("6937d4a4107db8f958a17409e6f0c16a");
    private static final int KEY_BYTES = Aead.KEY_BYTES;
    /** Counters go on from here, so that a train of more than 16 carries into the upper word. */
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

    /** Packets of these lengths, and JCE's answers. */
    SelfTest(int... lengths) {
        this(new JceAead(), lengths);
    }

    /** Packets of these lengths, and the answers of {@code reference}, which stays the caller's. */
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
    boolean anchored() {
        byte[] first = expected[0];
        return Arrays.equals(first, KNOWN_LENGTH, first.length, KNOWN_TAG, 0, KNOWN_TAG.length);
    }

    /** Whether {@code aead} seals to the known answer, opens that again, and finds a forged packet. */
    boolean holds(Aead aead) {
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

    /** How long sealing and opening once takes. */
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
