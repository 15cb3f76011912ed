// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import java.util.BitSet;

/**
 * Buffers of one size in one {@link Slab}. The buffer that was given back last is taken first, so that the buffers in
 * use stay in the cache, and buffers that were never used take no memory. Confined to one thread.
 */
public final class BufferPool implements AutoCloseable {
    /** How many buffers keep their memory when others are given back: those that sparse traffic uses. */
    public static final int KEPT = 2;

    private final Slab slab;
    private final int[] free;
    private int available;
    /** The fewest that were available: those below it in {@code free} have no memory. */
    private int lowest;

    /**
     * Maps the slab.
     *
     * @param count number of buffers
     * @param bytes usable size of each buffer
     */
    public BufferPool(int count, int bytes) {
        slab = new Slab(count, bytes);
        free = new int[count];
        available = count;
        lowest = count;
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i;
        }
    }

    /** Takes a buffer: its number, or -1 when all are in use. */
    public int take() {
        if (available == 0) {
            return -1;
        }
        lowest = Math.min(lowest, --available);
        return free[available];
    }

    /** Gives a buffer back. */
    public void give(int buffer) {
        free[available++] = buffer;
    }

    /** The address of a buffer, a multiple of 64. */
    public long address(int buffer) {
        return slab.address(buffer);
    }

    /** Number of buffers. */
    public int capacity() {
        return free.length;
    }

    /** Number of buffers that can be taken. */
    public int available() {
        return available;
    }

    /** Whether free buffers, more than the {@value #KEPT} that were used last, may have memory. */
    public boolean hasSurplus() {
        return lowest < available - KEPT;
    }

    /** Gives the memory of these buffers back to the system. */
    public void discardSurplus() {
        BitSet surplus = new BitSet(free.length);
        for (; lowest < available - KEPT; lowest++) {
            surplus.set(free[lowest]);
        }
        slab.discard(surplus);
    }

    @Override
    public void close() {
        slab.close();
    }
}
