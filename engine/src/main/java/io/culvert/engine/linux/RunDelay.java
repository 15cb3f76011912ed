// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;

/**
 * The time that a thread has waited on a run queue: the second number of its schedstat
 * (Documentation/scheduler/sched-stats.rst). Created and used by that thread alone.
 */
final class RunDelay implements AutoCloseable {
    private static final int NONE = -1;
    /** Three numbers of at most 20 digits. */
    private static final int BYTES = 64;

    private final CallState calls;
    private final long text = Memory.allocate(BYTES, 8);
    private final int file;

    RunDelay(CallState calls) {
        this.calls = calls;
        file = open();
    }

    private static int open() {
        try {
            return Linux.open("/proc/thread-self/schedstat", linux_h.O_RDONLY);
        } catch (ErrnoException e) {
            // A kernel without scheduler statistics, or no /proc.
            return NONE;
        }
    }

    /** Nanoseconds since the thread began; 0 if the kernel has no scheduler statistics. */
    long nanos() {
        int length = file == NONE ? 0 : Linux.pread(calls, file, text, BYTES, 0);
        int at = 0;
        while (at < length && Memory.getByte(text + at) != ' ') {
            at++;
        }
        long nanos = 0;
        for (at++; at < length && Memory.getByte(text + at) != ' '; at++) {
            nanos = 10 * nanos + Memory.getByte(text + at) - '0';
        }
        return nanos;
    }

    @Override
    public void close() {
        Memory.free(text);
        try {
            if (file != NONE) {
                Linux.close(file);
            }
        } catch (ErrnoException e) {
            throw new AssertionError("closing /proc/thread-self/schedstat failed", e);
        }
    }
}
