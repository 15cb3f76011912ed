// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.Clock;
import io.culvert.engine.pipeline.Worker;

/**
 * A worker in virtual time: it runs duty cycles until it has no work, then sleeps as it asked to, until its time is
 * over, another thread wakes it, or input arrives and its shortest sleep is over.
 */
final class SimulatedWorker {
    private final Worker worker;
    private final MemoryIo io;
    private final Clock clock;
    private boolean parked;
    private long deadline;
    private long minWaitEnd;
    private long cycles;

    SimulatedWorker(Worker worker, MemoryIo io, Clock clock) {
        this.worker = worker;
        this.io = io;
        this.clock = clock;
    }

    /** Runs one duty cycle unless the worker sleeps; returns the work done. */
    int step() {
        if (parked && clock.nanos() < earliest()) {
            return 0;
        }
        io.takeWakeup();
        worker.endPark();
        cycles++;
        int work = worker.doWork();
        parked = work == 0 && worker.beginPark();
        if (parked) {
            long now = clock.nanos();
            deadline = worker.parkNanos() > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + worker.parkNanos();
            minWaitEnd = now + worker.minWaitNanos();
        }
        return work;
    }

    /** When it runs next. */
    long earliest() {
        if (!parked) {
            return worker.wheel().earliest();
        }
        if (io.isWoken()) {
            return clock.nanos();
        }
        return io.hasInput() ? Math.min(deadline, minWaitEnd) : deadline;
    }

    /** Whether input waits for it. */
    boolean hasInput() {
        return parked && io.hasInput();
    }

    /** Duty cycles so far. */
    long cycles() {
        return cycles;
    }
}
