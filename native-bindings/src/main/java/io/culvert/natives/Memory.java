package io.culvert.natives;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.culvert.natives.generated.linux_h;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Off-heap memory by address: the one class through which {@code ring} and {@code engine} touch it.
 *
 * <p>Hot code passes addresses ({@code long}) and lengths ({@code int}) about, never segments, so that nothing is
 * allocated and nothing is checked twice. What makes that safe: every address comes from {@link #allocate} or from
 * memory that the kernel mapped and {@link #register} declared, and whoever takes bytes from outside checks their
 * length once, at the edge, before it hands out an address.
 *
 * <p>With {@code -Dculvert.checks=true} (always on in tests) each access is looked up among the live ranges, and one
 * that leaves its range throws {@link IndexOutOfBoundsException}.
 *
 * <p>Multi-byte accessors are little-endian, as WireGuard's wire format is and as the machines are that Culvert runs
 * on; the {@code BE} ones are for IP, UDP and TCP headers. All methods may be called from any thread; ordering between
 * threads is the caller's.
 */
public final class Memory {
    /** Whether every access is checked against the live ranges. */
    public static final boolean CHECKS = Boolean.getBoolean("culvert.checks");

    // Safe because of the invariant in the class comment: addresses are only ever those of live allocations.
    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    // Words shared with the kernel are aligned, as atomic access needs.
    private static final VarHandle INT = JAVA_INT.varHandle();

    private static final ConcurrentSkipListMap<Long, Long> LIVE = new ConcurrentSkipListMap<>();

    private Memory() {}

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
     * Allocates zeroed memory that lives until {@link #free}.
     *
     * @param bytes size, at least 1
     * @param alignment a power of two
     * @return the address
     * @throws OutOfMemoryError when the system has none left
     */
    public static long allocate(long bytes, long alignment) {
        // C wants the size to be a multiple of the alignment.
        long address = linux_h.aligned_alloc(alignment, (bytes + alignment - 1) & -alignment);
        if (address == 0) {
            throw new OutOfMemoryError("aligned_alloc of " + bytes + " bytes");
        }
        register(address, bytes);
        zero(address, bytes);
        return address;
    }

    /** Frees what {@link #allocate} gave. */
    public static void free(long address) {
        unregister(address);
        linux_h.free(address);
    }

    /** Declares memory that someone else mapped, such as a ring shared with the kernel. */
    public static void register(long address, long bytes) {
        if (CHECKS) {
            LIVE.put(address, bytes);
        }
    }

    /** Takes back what {@link #register} declared. */
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

    /** A method of its own, since compilers inline only what is short: without checks an access is to cost no call. */
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

    /** Reads an aligned word before everything that the program reads after it. */
    public static int getIntAcquire(long address) {
        check(address, 4);
        return (int) INT.getAcquire(ALL, address);
    }

    /** Reads an aligned word afresh, without ordering. */
    public static int getIntOpaque(long address) {
        check(address, 4);
        return (int) INT.getOpaque(ALL, address);
    }

    /** Writes an aligned word after everything that the program read and wrote before it. */
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

    /** Zeroes; the way to end a secret's life. */
    public static void zero(long address, long bytes) {
        check(address, bytes);
        ALL.asSlice(address, bytes).fill((byte) 0);
    }
}
