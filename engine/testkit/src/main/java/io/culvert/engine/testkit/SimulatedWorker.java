// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Clock;
import io.culvert.engine.pipeline.Worker;

/**
 * A worker in virtual time: it runs duty cycles until it has no work, then sleeps until its park timeout, until another
 * thread wakes it, or until input has arrived and its shortest sleep is over.
 */
public final class SimulatedWorker {
    private final Worker worker;
    private final MemoryIo io;
    private final Clock clock;
    private boolean parked;
    private boolean suspended;
    // Of the park: sources that were readable when it began do not end it.
    private boolean tunWasReadable;
    private boolean udpWasReadable;
    private long deadline;
    private long minWaitEnd;
    private long cycles;

    SimulatedWorker(Worker worker, MemoryIo io, Clock clock) {
        this.worker = worker;
        this.io = io;
        this.clock = clock;
    }

    /** Runs one duty cycle unless the worker sleeps; returns the work done. */
    public int step() {
        if (suspended || parked && clock.nanos() < earliest()) {
            return 0;
        }
        io.clearWoken();
        worker.endPark();
        cycles++;
        int work = worker.doWork();
        parked = work == 0 && worker.beginPark();
        if (parked) {
            long now = clock.nanos();
            deadline = worker.parkNanos() > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + worker.parkNanos();
            minWaitEnd = now + worker.minWaitNanos();
            tunWasReadable = io.isTunReadable();
            udpWasReadable = io.isUdpReadable();
        }
        return work;
    }

    /** Takes its CPU away, or gives it back. */
    public void suspend(boolean nowSuspended) {
        suspended = nowSuspended;
    }

    /** When it runs next; {@link Long#MAX_VALUE} for never. */
    public long earliest() {
        if (suspended) {
            return Long.MAX_VALUE;
        }
        if (!parked) {
            return worker.wheel().earliest();
        }
        if (io.isWoken()) {
            return clock.nanos();
        }
        boolean newInput = !tunWasReadable && io.isTunReadable() || !udpWasReadable && io.isUdpReadable();
        return newInput ? Math.min(deadline, minWaitEnd) : deadline;
    }

    /** Whether it sleeps, and nothing has woken it. */
    public boolean isAsleep() {
        return parked && !io.isWoken();
    }

    /** Whether it ends its next duty cycle at once: it has the CPU, and found something to do when it went to sleep. */
    public boolean isAwake() {
        return !suspended && !parked;
    }

    /** Whether something waits for it that only a wake-up announces. */
    public boolean hasRequests() {
        return !worker.isIdle();
    }

    /** The buffers of its device that are in use: trains, buffers for packets of the TUN, and for datagrams. */
    public int buffersInUse() {
        return worker.buffersInUse() + io.buffersInUse();
    }

    /** Whether input waits for it. */
    boolean hasInput() {
        return parked && (io.isTunReadable() || io.isUdpReadable());
    }

    /** The number of duty cycles so far. */
    long cycles() {
        return cycles;
    }
}
