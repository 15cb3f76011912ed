// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * An eventfd by which any thread wakes the one that waits for it. Once signalled it stays readable until it is
 * drained.
 */
public final class EventFd implements AutoCloseable {
    private static final Logger LOG = System.getLogger(EventFd.class.getName());
    private static final ThreadLocal<CallState> CALLS = ThreadLocal.withInitial(CallState::new);

    private final int descriptor;
    // One word that signalling threads write from (constant), one that the owner reads into.
    private final long words = Memory.allocate(16, 8);

    /**
     * An eventfd that is not signalled.
     *
     * @throws UncheckedIOException when the system refuses
     */
    public EventFd() {
        try {
            descriptor = Linux.eventfd();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Memory.putLong(words, 1);
    }

    /** The descriptor, to poll. */
    public int descriptor() {
        return descriptor;
    }

    /**
     * Makes the eventfd readable. Any thread.
     *
     * @throws IllegalStateException when the kernel refuses: the thread that waits would sleep for ever
     */
    public void signal() {
        int result;
        do {
            result = Linux.write(CALLS.get(), descriptor, words, 8);
        } while (result == -linux_h.EINTR);
        // EAGAIN: 2^64 - 2 signals are pending, so it is readable already.
        if (result < 0 && result != -linux_h.EAGAIN) {
            throw new IllegalStateException("cannot wake a thread: the kernel refuses the write to its eventfd: "
                    + Errno.text(-result) + " (" + Errno.name(-result) + ")");
        }
    }

    /** Makes the eventfd unreadable. The owner's thread only. */
    public void drain() {
        Linux.read(CALLS.get(), descriptor, words + 8, 8);
    }

    /** Closes the eventfd. No thread may signal afterwards. */
    @Override
    public void close() {
        try {
            Linux.close(descriptor);
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing an eventfd failed", e);
        }
        Memory.free(words);
    }
}
