// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** A train in off-heap memory with canaries around each packet; JCE gives the expected results. */
final class TestTrain implements AutoCloseable {
    /** Relative location of source and target. */
    enum Layout {
        APART,
        IN_PLACE,
        /** Targets are adjacent, as in a buffer for UDP segmentation. */
        CONTIGUOUS
    }

    private static final byte CANARY = (byte) 0xa5;
    private static final int MARGIN = 80;

    final long[] counters;
    final long[] sources;
    final long[] targets;
    final int[] lengths;
    final int count;
    final long key;
    final byte[] keyBytes = new byte[32];
    final byte[][] plain;
    final byte[][] sealed;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final boolean[] used;

    /** Plaintexts from {@code random}, or all 0xff where it is null. */
    TestTrain(RandomGenerator random, RandomGenerator content, int[] lengths, long[] counters, Layout layout) {
        this.lengths = lengths;
        this.counters = counters;
        count = lengths.length;
        sources = new long[count];
        targets = new long[count];
        plain = new byte[count][];
        sealed = new byte[count][];
        int total = 64;
        for (int length : lengths) {
            total += 2 * (length + MARGIN);
        }
        memory = arena.allocate(total + 32L, 64);
        used = new boolean[total + 32];
        long at = memory.address();
        key = at + total;
        random.nextBytes(keyBytes);
        MemorySegment.copy(keyBytes, 0, memory, ValueLayout.JAVA_BYTE, total, 32);
        Arrays.fill(used, total, total + 32, true);
        at += random.nextInt(64);
        at = place(sources, at, random, false);
        if (layout == Layout.IN_PLACE) {
            System.arraycopy(sources, 0, targets, 0, count);
        } else {
            place(targets, at, random, layout == Layout.CONTIGUOUS);
        }
        JceCipher reference = new JceCipher();
        reference.key(keyBytes);
        byte[] nonce = new byte[12];
        for (int i = 0; i < count; i++) {
            plain[i] = new byte[lengths[i]];
            Arrays.fill(plain[i], (byte) 0xff);
            if (content != null) {
                content.nextBytes(plain[i]);
            }
            sealed[i] = new byte[lengths[i] + 16];
            JceCipher.counterNonce(counters[i], nonce);
            reference.seal(nonce, null, plain[i], 0, lengths[i], sealed[i], 0);
        }
    }

    private long place(long[] addresses, long from, RandomGenerator random, boolean contiguous) {
        long at = from;
        for (int i = 0; i < count; i++) {
            at += contiguous ? 0 : 1 + random.nextInt(MARGIN - 17);
            addresses[i] = at;
            int index = (int) (at - memory.address());
            Arrays.fill(used, index, index + lengths[i] + 16, true);
            at += lengths[i] + 16;
        }
        return at + 1;
    }

    /** Seals with {@code aead}; returns the first packet with a wrong result, or -1. */
    int sealWrong(Aead aead) {
        fillCanaries();
        for (int i = 0; i < count; i++) {
            RawMemory.copy(plain[i], 0, sources[i], lengths[i]);
        }
        aead.seal(key, counters, sources, targets, lengths, count);
        return firstWrong(sealed);
    }

    /** Copies the sealed packets to the sources. */
    void loadSealed() {
        fillCanaries();
        for (int i = 0; i < count; i++) {
            RawMemory.copy(sealed[i], 0, sources[i], lengths[i] + 16);
        }
    }

    /** Opens the packets at the sources. */
    long open(Aead aead) {
        return aead.open(key, counters, sources, targets, lengths, count);
    }

    /** The first packet whose target does not hold its plaintext, or -1; those of {@code forged} aside. */
    int openedWrong(long forged) {
        for (int i = 0; i < count; i++) {
            if ((forged >>> i & 1) == 0 && !Arrays.equals(read(targets[i], lengths[i]), plain[i])) {
                return i;
            }
        }
        return -1;
    }

    /** Flips a bit of a packet at its source. */
    void flip(int packet, int bit) {
        long at = sources[packet] + (bit >> 3);
        RawMemory.putByte(at, (byte) (RawMemory.getByte(at) ^ 1 << (bit & 7)));
    }

    /** Whether nothing outside the packets' ranges has changed. */
    boolean canariesLive() {
        for (int i = 0; i < used.length; i++) {
            if (!used[i] && memory.get(ValueLayout.JAVA_BYTE, i) != CANARY) {
                return false;
            }
        }
        return true;
    }

    private void fillCanaries() {
        for (int i = 0; i < used.length - 32; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, CANARY);
        }
    }

    private int firstWrong(byte[][] expected) {
        for (int i = 0; i < count; i++) {
            if (!Arrays.equals(read(targets[i], expected[i].length), expected[i])) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] read(long address, int length) {
        byte[] bytes = new byte[length];
        RawMemory.copy(address, bytes, 0, length);
        return bytes;
    }

    @Override
    public void close() {
        arena.close();
    }
}
