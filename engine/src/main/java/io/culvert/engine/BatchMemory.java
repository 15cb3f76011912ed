// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.natives.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The memory of a batch, off the heap, and a view of each of its entries. After {@link #close} the views throw instead
 * of reading memory that is not theirs. One thread at a time.
 */
final class BatchMemory implements AutoCloseable {
    static final int CAPACITY = 64;
    static final int MAX_BYTES = 65_535;
    /** A longest entry, or 64 that fill an Ethernet frame. */
    private static final int BYTES = 96 * 1024;

    private static final int ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(BYTES, ALIGNMENT);
    private final ByteBuffer all = memory.asByteBuffer();
    private final ByteBuffer[] views = new ByteBuffer[CAPACITY];
    private final int[] starts = new int[CAPACITY + 1];
    private int count;

    BatchMemory() {
        Memory.register(memory.address(), BYTES);
        for (int i = 0; i < CAPACITY; i++) {
            views[i] = memory.asByteBuffer();
        }
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    void check(int index) {
        Objects.checkIndex(index, count);
    }

    ByteBuffer get(int index) {
        check(index);
        return views[index].limit(starts[index + 1]).position(starts[index]);
    }

    /** The address of an entry. */
    long address(int index) {
        return memory.address() + starts[index];
    }

    /** The length of an entry in bytes. */
    int length(int index) {
        return starts[index + 1] - starts[index];
    }

    boolean add(ByteBuffer entry) {
        int length = entry.remaining();
        if (length == 0 || length > MAX_BYTES) {
            throw new IllegalArgumentException("a packet has 1 to 65,535 bytes, not " + length);
        }
        if (!hasRoom(length)) {
            return false;
        }
        all.put(starts[count], entry, entry.position(), length);
        entry.position(entry.limit());
        append(length);
        return true;
    }

    boolean add(long address, int length) {
        if (!hasRoom(length)) {
            return false;
        }
        Memory.copy(address, memory.address() + starts[count], length);
        append(length);
        return true;
    }

    private boolean hasRoom(int length) {
        return count < CAPACITY && starts[count] + length <= BYTES;
    }

    private void append(int length) {
        starts[count + 1] = starts[count] + length;
        count++;
    }

    @Override
    public void close() {
        Memory.unregister(memory.address());
        arena.close();
    }
}
