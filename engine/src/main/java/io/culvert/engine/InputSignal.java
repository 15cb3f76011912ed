// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.WorkerIo;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the worker that reads a source that it has input. Any thread runs it; the worker takes it. {@code io} is
 * guarded by the monitor, so that no wake-up reaches I/O that is closed.
 */
final class InputSignal implements Runnable {
    private final AtomicBoolean given = new AtomicBoolean();
    private WorkerIo io;

    @Override
    public void run() {
        if (!given.getAndSet(true)) {
            wake();
        }
    }

    private synchronized void wake() {
        if (io != null) {
            io.wake();
        }
    }

    /** The I/O to wake from now on, or {@code null} for none. The worker's thread. */
    synchronized void serve(WorkerIo reader) {
        io = reader;
    }

    boolean isGiven() {
        return given.get();
    }

    /** Whether it was given since the last call; before the worker looks for input. */
    boolean take() {
        return given.get() && given.getAndSet(false);
    }
}
