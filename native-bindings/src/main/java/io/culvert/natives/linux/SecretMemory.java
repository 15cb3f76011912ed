// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static io.culvert.natives.generated.linux_h.MADV_DONTDUMP;
import static io.culvert.natives.generated.linux_h.MAP_ANONYMOUS;
import static io.culvert.natives.generated.linux_h.MAP_PRIVATE;
import static io.culvert.natives.generated.linux_h.MLOCK_ONFAULT;
import static io.culvert.natives.generated.linux_h.PROT_READ;
import static io.culvert.natives.generated.linux_h.PROT_WRITE;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Off-heap memory for secrets, in pages of their own: core dumps leave them out (MADV_DONTDUMP), they are not swapped
 * out as far as RLIMIT_MEMLOCK allows, and {@link #free} zeroes.
 *
 * <p>Memory comes in chunks of {@value #CHUNK_BYTES} bytes, each divided into cells of one size. An empty chunk goes
 * back to the system, unless it is the only one of its size with free cells.
 *
 * <p>Any thread; the state is guarded by the class. For keys and handshakes, not for packets.
 */
public final class SecretMemory {
    /** The largest allocation, in bytes. */
    public static final int MAX_BYTES = 4096;

    private static final int CELL_BYTES = 64;
    private static final int CHUNK_BYTES = 1 << 16;

    private static final Map<Long, Chunk> CHUNKS = new HashMap<>();
    /** The chunks with free cells, by the size of the cells. */
    private static final Map<Integer, Deque<Chunk>> FREE = new HashMap<>();

    private SecretMemory() {}

    /** The cells of one chunk; a set bit is a cell in use. */
    private static final class Chunk {
        private final long base;
        private final int cell;
        private final int cells;
        private final long[] used;
        private int count;

        Chunk(long base, int cell) {
            this.base = base;
            this.cell = cell;
            cells = CHUNK_BYTES / cell;
            used = new long[(cells + Long.SIZE - 1) / Long.SIZE];
        }

        boolean isFull() {
            return count == cells;
        }

        long take() {
            int word = 0;
            while (used[word] == -1) {
                word++;
            }
            int bit = Long.numberOfTrailingZeros(~used[word]);
            used[word] |= 1L << bit;
            count++;
            return base + (long) (word * Long.SIZE + bit) * cell;
        }

        void giveBack(long address) {
            int index = (int) (address - base) / cell;
            if ((used[index / Long.SIZE] & 1L << index) == 0 || base + (long) index * cell != address) {
                throw new IllegalStateException("not allocated: 0x" + Long.toHexString(address));
            }
            used[index / Long.SIZE] &= ~(1L << index);
            count--;
        }
    }

    /**
     * Allocates zeroed memory, aligned to 64 bytes, to be freed by {@link #free}.
     *
     * @param bytes 1 to {@value #MAX_BYTES}
     * @throws OutOfMemoryError when the system has no memory left
     */
    public static synchronized long allocate(int bytes) {
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("expected 1 to " + MAX_BYTES + " bytes, got " + bytes);
        }
        int cell = (bytes + CELL_BYTES - 1) & -CELL_BYTES;
        Deque<Chunk> free = FREE.computeIfAbsent(cell, size -> new ArrayDeque<>());
        Chunk chunk = free.peek();
        if (chunk == null) {
            chunk = new Chunk(map(), cell);
            CHUNKS.put(chunk.base, chunk);
            free.push(chunk);
        }
        long address = chunk.take();
        if (chunk.isFull()) {
            free.pop();
        }
        Memory.register(address, cell);
        return address;
    }

    /**
     * Zeroes and frees memory of {@link #allocate}.
     *
     * @throws IllegalStateException if it is not allocated
     */
    public static synchronized void free(long address) {
        Chunk chunk = CHUNKS.get(address & -CHUNK_BYTES);
        if (chunk == null) {
            throw new IllegalStateException("not allocated: 0x" + Long.toHexString(address));
        }
        boolean wasFull = chunk.isFull();
        chunk.giveBack(address);
        Memory.zero(address, chunk.cell);
        Memory.unregister(address);
        Deque<Chunk> free = FREE.get(chunk.cell);
        if (wasFull) {
            free.push(chunk);
        }
        if (chunk.count == 0 && free.size() > 1) {
            free.remove(chunk);
            CHUNKS.remove(chunk.base);
            unmap(chunk.base, CHUNK_BYTES);
        }
    }

    /** Sees memory that is in use. */
    @FunctionalInterface
    public interface Visitor {
        /** {@code bytes} bytes at {@code address}, which stay allocated during the call. */
        void visit(long address, int bytes);
    }

    /** Shows all memory in use, by which a test finds secrets that should be gone. Any thread. */
    public static synchronized void forEach(Visitor visitor) {
        for (Chunk chunk : CHUNKS.values()) {
            for (int i = 0; i < chunk.cells; i++) {
                if ((chunk.used[i / Long.SIZE] >>> i & 1) != 0) {
                    visitor.visit(chunk.base + (long) i * chunk.cell, chunk.cell);
                }
            }
        }
    }

    /** Maps a chunk, aligned to its size. */
    private static long map() {
        CallState state = new CallState();
        long mapped = linux_h.mmap(
                state.segment(), 0, 2 * CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == -1) {
            throw new OutOfMemoryError("mmap of " + 2 * CHUNK_BYTES + " bytes: " + Errno.text(state.errno()));
        }
        long base = (mapped + CHUNK_BYTES - 1) & -CHUNK_BYTES;
        if (base > mapped) {
            unmap(mapped, base - mapped);
        }
        if (base < mapped + CHUNK_BYTES) {
            unmap(base + CHUNK_BYTES, mapped + CHUNK_BYTES - base);
        }
        // Best effort: neither changes what the memory holds.
        linux_h.madvise(state.segment(), base, CHUNK_BYTES, MADV_DONTDUMP);
        linux_h.mlock2(state.segment(), base, CHUNK_BYTES, MLOCK_ONFAULT);
        return base;
    }

    private static void unmap(long address, long bytes) {
        linux_h.munmap(new CallState().segment(), address, bytes);
    }
}
