// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.WorkerIo;
import io.culvert.ring.BufferPool;
import java.util.concurrent.TimeUnit;

/**
 * Gives the memory that a burst has touched back to the system once a worker has had no input for {@link #IDLE_NANOS}.
 * The buffers that sparse traffic uses keep theirs. Confined to the worker's thread.
 */
final class IdleMemory {
    /** How long memory is kept: much longer than the pauses of a busy tunnel, since touching it again costs time. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final TrainPool trains;
    private final BufferPool tunBuffers;
    private final WorkerIo io;
    private long lastInput;

    IdleMemory(TrainPool trains, BufferPool tunBuffers, WorkerIo io, long now) {
        this.trains = trains;
        this.tunBuffers = tunBuffers;
        this.io = io;
        lastInput = now;
    }

    /** The worker has read input. */
    void input(long now) {
        lastInput = now;
    }

    /**
     * Gives memory back if that is due.
     *
     * @return nanoseconds until it is due; {@link Long#MAX_VALUE} if there is nothing to give back
     */
    long poll(long now) {
        if (!trains.hasSurplus() && !tunBuffers.hasSurplus() && !io.hasSurplusMemory()) {
            return Long.MAX_VALUE;
        }
        long left = lastInput + IDLE_NANOS - now;
        if (left > 0) {
            return left;
        }
        trains.discardSurplus();
        tunBuffers.discardSurplus();
        io.discardSurplusMemory();
        return Long.MAX_VALUE;
    }
}
