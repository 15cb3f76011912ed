// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Captures the {@code errno} of a call before the JVM can overwrite it. Callers of hot calls make one in advance, so
 * that the calls allocate nothing. For one thread at a time.
 */
public final class CallState {
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    // Freed by the garbage collector, with this object.
    private final MemorySegment segment = Arena.ofAuto().allocate(LAYOUT);

    /** A new state. */
    public CallState() {}

    MemorySegment segment() {
        return segment;
    }

    /** Error number of the last call that failed. */
    int errno() {
        return segment.get(JAVA_INT, ERRNO);
    }

    /** The result itself, or the negative error number when the call returned -1. */
    int result(int result) {
        return result == -1 ? -errno() : result;
    }

    /** As {@link #result(int)}, for calls that return a size; sizes here fit an int. */
    int result(long result) {
        return result == -1 ? -errno() : (int) result;
    }
}
