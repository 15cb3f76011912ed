// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import io.culvert.natives.Memory;

/**
 * Buffers of one size in one slab. The buffer that was given back last is taken first, so that the buffers in use stay
 * in the cache. Confined to one thread. Each buffer has {@link #SLACK} bytes behind it that belong to no other.
 */
public final class BufferPool implements AutoCloseable {
    /** Bytes after each buffer that its user may overwrite, so that vector code need not mask its last store. */
    public static final int SLACK = 64;

    private final long slab;
    private final int stride;
    private final int[] free;
    private int available;

    /**
     * Allocates the slab.
     *
     * @param count number of buffers
     * @param bytes usable size of each buffer
     */
    public BufferPool(int count, int bytes) {
        stride = (bytes + SLACK + 63) & -64;
        slab = Memory.allocate((long) count * stride, 4096);
        free = new int[count];
        available = count;
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i;
        }
    }

    /** Takes a buffer: its number, or -1 when all are in use. */
    public int take() {
        return available == 0 ? -1 : free[--available];
    }

    /** Gives a buffer back. */
    public void give(int buffer) {
        free[available++] = buffer;
    }

    /** The address of a buffer, a multiple of 64. */
    public long address(int buffer) {
        return slab + (long) buffer * stride;
    }

    /** Number of buffers. */
    public int capacity() {
        return free.length;
    }

    /** Number of buffers that can be taken. */
    public int available() {
        return available;
    }

    @Override
    public void close() {
        Memory.free(slab);
    }
}
