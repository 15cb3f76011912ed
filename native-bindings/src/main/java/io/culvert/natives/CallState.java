package io.culvert.natives;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Where a call leaves its {@code errno}, before the virtual machine can overwrite the C library's own. Made once by whoever
 * makes hot calls, so that the calls allocate nothing; used by one thread at a time.
 */
public final class CallState {
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    // Collected with this object.
    private final MemorySegment segment = Arena.ofAuto().allocate(LAYOUT);

    /** A state of one's own. */
    public CallState() {}

    MemorySegment segment() {
        return segment;
    }

    /** The error number of the last call that failed. */
    int errno() {
        return segment.get(JAVA_INT, ERRNO);
    }

    /** The result as it is, or the negative error number where the call returned -1. */
    int result(int result) {
        return result == -1 ? -errno() : result;
    }

    /** As {@link #result(int)}, for calls that return a size; no size here exceeds an int. */
    int result(long result) {
        return result == -1 ? -errno() : (int) result;
    }
}
