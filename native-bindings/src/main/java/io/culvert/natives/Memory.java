// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Off-heap memory by address: the one class through which {@code ring} and {@code engine} touch it.
 *
 * <p>Hot code passes addresses ({@code long}) and lengths ({@code int}), never segments, so that it allocates nothing
 * and bounds are not checked twice. This is safe for two reasons. Every address comes from {@link #allocate}, or from
 * memory that the kernel mapped and {@link #register} declared. Code that receives bytes checks their length once,
 * before it passes on an address.
 *
 * <p>With {@code -Dculvert.checks=true} (always on in tests) each access is checked against the live ranges; an access
 * outside of them throws {@link IndexOutOfBoundsException}.
 *
 * <p>Multi-byte accessors are little-endian, as are WireGuard's wire format and the CPUs that Culvert runs on. The
 * {@code BE} accessors are for IP, UDP and TCP headers. Any thread may call these methods; the caller orders accesses
 * of several threads.
 */
public final class Memory {
    /** Whether every access is checked against the live ranges. */
    public static final boolean CHECKS = Boolean.getBoolean("culvert.checks");

    // Safe by the invariant in the class comment: addresses are those of live ranges.
    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    // Words shared with the kernel are aligned, as atomic access needs.
    private static final VarHandle INT = JAVA_INT.varHandle();

    // Bound here and not among the generated bindings, which access memory through this class.
    private static final MethodHandle ALIGNED_ALLOC =
            libc("aligned_alloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = libc("free", FunctionDescriptor.ofVoid(JAVA_LONG));

    private static final ConcurrentSkipListMap<Long, Long> LIVE = new ConcurrentSkipListMap<>();

    private Memory() {}

    @SuppressWarnings("restricted")
    private static MethodHandle libc(String function, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return Faults.wrap(
                function, linker.downcallHandle(linker.defaultLookup().findOrThrow(function), descriptor));
    }

    private static long alignedAlloc(long alignment, long size) {
        try {
            return (long) ALIGNED_ALLOC.invokeExact(alignment, size);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("aligned_alloc throws nothing", e);
        }
    }

    private static void release(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("free throws nothing", e);
        }
    }

    /** The whole address space as one segment, for calls that take segments. */
    public static MemorySegment all() {
        return ALL;
    }

    /** A view of {@code length} bytes at {@code address}; for cold code only, as it allocates. */
    public static MemorySegment segment(long address, long length) {
        check(address, length);
        return ALL.asSlice(address, length);
    }

    /**
     * Allocates zeroed memory, to be freed by {@link #free}.
     *
     * @param bytes size, at least 1
     * @param alignment a power of two
     * @return the address
     * @throws OutOfMemoryError when the system has no memory left
     */
    public static long allocate(long bytes, long alignment) {
        // C wants the size to be a multiple of the alignment.
        long address = alignedAlloc(alignment, (bytes + alignment - 1) & -alignment);
        if (address == 0) {
            throw new OutOfMemoryError("aligned_alloc of " + bytes + " bytes");
        }
        register(address, bytes);
        zero(address, bytes);
        return address;
    }

    /** Frees memory of {@link #allocate}. */
    public static void free(long address) {
        unregister(address);
        release(address);
    }

    /** Declares memory that other code mapped, such as a ring shared with the kernel. */
    public static void register(long address, long bytes) {
        if (CHECKS) {
            LIVE.put(address, bytes);
        }
    }

    /** Withdraws a range that {@link #register} declared. */
    public static void unregister(long address) {
        if (CHECKS && LIVE.remove(address) == null) {
            throw new IllegalStateException("not a live range: 0x" + Long.toHexString(address));
        }
    }

    /** Throws unless {@code [address, address + bytes)} lies in one live range; does nothing when checks are off. */
    public static void check(long address, long bytes) {
        if (CHECKS) {
            requireLive(address, bytes);
        }
    }

    /** A method of its own, to keep {@link #check} small enough to be inlined: without checks it must cost no call. */
    private static void requireLive(long address, long bytes) {
        Map.Entry<Long, Long> range = LIVE.floorEntry(address);
        if (range == null || bytes < 0 || address + bytes > range.getKey() + range.getValue()) {
            throw new IndexOutOfBoundsException("%d bytes at 0x%x lie in no live range".formatted(bytes, address));
        }
    }

    public static byte getByte(long address) {
        check(address, 1);
        return ALL.get(JAVA_BYTE, address);
    }

    public static void putByte(long address, byte value) {
        check(address, 1);
        ALL.set(JAVA_BYTE, address, value);
    }

    public static short getShort(long address) {
        check(address, 2);
        return ALL.get(JAVA_SHORT_UNALIGNED, address);
    }

    public static void putShort(long address, short value) {
        check(address, 2);
        ALL.set(JAVA_SHORT_UNALIGNED, address, value);
    }

    public static int getInt(long address) {
        check(address, 4);
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        check(address, 4);
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    public static long getLong(long address) {
        check(address, 8);
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        check(address, 8);
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /** Reads an aligned word with acquire semantics: later accesses are not reordered before it. */
    public static int getIntAcquire(long address) {
        check(address, 4);
        return (int) INT.getAcquire(ALL, address);
    }

    /** Reads an aligned word from memory each time, without ordering. */
    public static int getIntOpaque(long address) {
        check(address, 4);
        return (int) INT.getOpaque(ALL, address);
    }

    /** Writes an aligned word with release semantics: earlier accesses are not reordered after it. */
    public static void putIntRelease(long address, int value) {
        check(address, 4);
        INT.setRelease(ALL, address, value);
    }

    /** An unsigned big-endian 16-bit word. */
    public static int getShortBE(long address) {
        return Short.toUnsignedInt(Short.reverseBytes(getShort(address)));
    }

    public static void putShortBE(long address, int value) {
        putShort(address, Short.reverseBytes((short) value));
    }

    public static int getIntBE(long address) {
        return Integer.reverseBytes(getInt(address));
    }

    public static void putIntBE(long address, int value) {
        putInt(address, Integer.reverseBytes(value));
    }

    public static long getLongBE(long address) {
        return Long.reverseBytes(getLong(address));
    }

    public static void putLongBE(long address, long value) {
        putLong(address, Long.reverseBytes(value));
    }

    /** Copies as {@code memmove} does: the ranges may overlap. */
    public static void copy(long source, long target, long bytes) {
        check(source, bytes);
        check(target, bytes);
        MemorySegment.copy(ALL, source, ALL, target, bytes);
    }

    /** Copies out to the heap. */
    public static void copy(long source, byte[] target, int offset, int bytes) {
        check(source, bytes);
        MemorySegment.copy(ALL, JAVA_BYTE, source, target, offset, bytes);
    }

    /** Copies in from the heap. */
    public static void copy(byte[] source, int offset, long target, int bytes) {
        check(target, bytes);
        MemorySegment.copy(source, offset, ALL, JAVA_BYTE, target, bytes);
    }

    /** Zeroes memory, such as that of a secret at its end. */
    public static void zero(long address, long bytes) {
        check(address, bytes);
        ALL.asSlice(address, bytes).fill((byte) 0);
    }
}
