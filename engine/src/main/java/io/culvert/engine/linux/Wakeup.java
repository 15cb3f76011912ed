package io.culvert.engine.linux;

import io.culvert.natives.CallState;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * How other threads wake a worker: an eventfd, which is written only while the worker sleeps or is about to.
 *
 * <p>{@code pending} is set by any thread and cleared by the owner; {@code parked} is written by the owner alone. Both are
 * volatile, so that their accesses have one order: either the waker, who writes pending and then reads parked, sees the owner
 * parked and writes the eventfd, or the owner, who writes parked and then reads pending, sees the wake-up and does not sleep.
 */
final class Wakeup {
    private static final Logger LOG = System.getLogger(Wakeup.class.getName());
    private static final ThreadLocal<CallState> CALLS = ThreadLocal.withInitial(CallState::new);

    private final int eventfd;
    // One word that wakers write from, one that the owner reads into.
    private final long one = Memory.allocate(16, 8);
    private volatile boolean pending;
    private volatile boolean parked;

    Wakeup() {
        try {
            eventfd = Linux.eventfd();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Memory.putLong(one, 1);
    }

    /** What becomes readable when the owner is woken. */
    int descriptor() {
        return eventfd;
    }

    /** Wakes the owner. Any thread. */
    void signal() {
        pending = true;
        if (parked) {
            int result = Linux.write(CALLS.get(), eventfd, one, 8);
            // EAGAIN: 2^64 - 2 wake-ups wait already.
            if (result < 0 && result != -linux_h.EAGAIN) {
                LOG.log(Level.ERROR, "a worker could not be woken: error {0}", -result);
            }
        }
    }

    /** Takes the wake-up that came since the last call, if one did. The owner, before it looks at what others left for it. */
    boolean take() {
        if (!pending) {
            return false;
        }
        pending = false;
        return true;
    }

    /** Whether the owner may sleep now; it then waits for {@link #descriptor} and calls {@link #endPark}. */
    boolean beginPark() {
        parked = true;
        if (pending) {
            parked = false;
            return false;
        }
        return true;
    }

    /** The owner is awake. */
    void endPark() {
        parked = false;
    }

    /** Makes the eventfd unreadable again. */
    void drain() {
        Linux.read(CALLS.get(), eventfd, one + 8, 8);
    }

    /** Nobody may wake the owner any more. */
    void close() {
        try {
            Linux.close(eventfd);
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing an eventfd", e);
        }
        Memory.free(one);
    }
}
