// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Off-heap memory by address: the one owner of raw access in this module.
 *
 * <p>It is safe because addresses are either those that the caller of {@link Aead} guarantees, within the lengths given
 * there, or those of scratch memory that the instance holds until it is closed.
 */
final class RawMemory {
    /** The whole address space as one native segment, a constant that C2 folds into the kernels. */
    @SuppressWarnings("restricted") // Safe by the invariant in the class comment.
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private RawMemory() {}

    /** Allocates zeroed memory, aligned to a cache line, for the lifetime of the arena. */
    static long allocate(Arena arena, long bytes) {
        return arena.allocate(bytes, 64).address();
    }

    static byte getByte(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    static void putByte(long address, byte value) {
        ALL.set(JAVA_BYTE, address, value);
    }

    static int getInt(long address) {
        return ALL.get(INT, address);
    }

    static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    /** Copies; the ranges must not overlap. */
    static void copy(long source, long target, int bytes) {
        MemorySegment.copy(ALL, source, ALL, target, bytes);
    }

    /** Copies out to the heap. */
    static void copy(long source, byte[] target, int offset, int bytes) {
        MemorySegment.copy(ALL, JAVA_BYTE, source, target, offset, bytes);
    }

    /** Copies in from the heap. */
    static void copy(byte[] source, int offset, long target, int bytes) {
        MemorySegment.copy(source, offset, ALL, JAVA_BYTE, target, bytes);
    }

    /** Zeroes memory, such as that of a secret at its end. */
    static void zero(long address, long bytes) {
        ALL.asSlice(address, bytes).fill((byte) 0);
    }
}
