// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import io.culvert.natives.linux.PacketMemory;
import java.util.BitSet;

/**
 * Memory for buffers of one size, which takes room only as they are used. Confined to one thread at a time. Each buffer
 * has {@link #SLACK} bytes behind it that belong to no other.
 */
public final class Slab implements AutoCloseable {
    /** Bytes after each buffer that its user may overwrite, so that vector code need not mask its last store. */
    public static final int SLACK = 64;

    private final long address;
    private final int stride;
    private final int count;

    /**
     * Maps the memory.
     *
     * @param count number of buffers, at least 1
     * @param bytes usable size of each buffer
     */
    public Slab(int count, int bytes) {
        this.count = count;
        stride = (bytes + SLACK + 63) & -64;
        address = PacketMemory.map((long) count * stride);
    }

    /** The address of a buffer, a multiple of 64. */
    public long address(int buffer) {
        return address + (long) buffer * stride;
    }

    /** The buffer that begins at an address. */
    public int buffer(long at) {
        return (int) ((at - address) / stride);
    }

    /** Gives the memory of buffers, whose content is lost, back to the system. */
    public void discard(BitSet buffers) {
        int end;
        for (int begin = buffers.nextSetBit(0); begin >= 0; begin = buffers.nextSetBit(end)) {
            end = buffers.nextClearBit(begin);
            PacketMemory.discard(address(begin), (long) (end - begin) * stride);
        }
    }

    @Override
    public void close() {
        PacketMemory.unmap(address, (long) count * stride);
    }
}
