// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.Histograms;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a worker counts, and where it is. All is written by the worker's thread (opaque stores) and read by any thread.
 * Nothing reads the clock for each train.
 */
public abstract class WorkerCounters {
    /** One train in so many has its waits measured. A power of two. */
    static final int SAMPLED_TRAINS = 64;

    private static final Stage[] STAGES = Stage.values();
    private static final int BATCH_BOUNDS = 7;
    /** Waits are counted from about 1 us (2^10 ns) to 67 ms (2^26 ns), in steps of four. */
    private static final int WAIT_FIRST_BIT = 10;

    private static final int WAIT_BOUNDS = 9;
    private static final VarHandle STAGE;

    static {
        try {
            STAGE = MethodHandles.lookup().findVarHandle(WorkerCounters.class, "stage", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Clock clock;
    /** Dropped packets by cause. */
    final Counters<DropCause> drops = new Counters<>(DropCause.class);
    /** Traffic committed here. */
    final Counters<Traffic> traffic = new Counters<>(Traffic.class);

    final Counters<CrossWorkerCounter> crossWorker = new Counters<>(CrossWorkerCounter.class);
    /** 1, 2, 4 to 64 packets, and more. */
    final Histograms<Batch> batches = new Histograms<>(Batch.class, 0, 1, BATCH_BOUNDS);

    private final Histograms<QueueWait> waits = new Histograms<>(QueueWait.class, WAIT_FIRST_BIT, 2, WAIT_BOUNDS);
    private int stage;
    /** Used by the worker's thread only. */
    private int offered;

    WorkerCounters(Clock clock) {
        this.clock = clock;
        STAGE.setOpaque(this, Stage.PARK.ordinal());
    }

    /** Dropped packets by cause. Any thread. */
    public final Counters<DropCause> drops() {
        return drops;
    }

    /** Traffic committed here. Any thread. */
    public final Counters<Traffic> traffic() {
        return traffic;
    }

    /** Hand-offs between this worker and others. Any thread. */
    public final Counters<CrossWorkerCounter> crossWorker() {
        return crossWorker;
    }

    /** The sizes of batches, in packets. Any thread. */
    public final Histograms<Batch> batches() {
        return batches;
    }

    /** The waits of sampled trains, in nanoseconds. Any thread. */
    public final Histograms<QueueWait> waits() {
        return waits;
    }

    /** What the worker does at this moment. Any thread. */
    public final Stage stage() {
        return STAGES[(int) STAGE.getOpaque(this)];
    }

    final void enter(Stage next) {
        STAGE.setOpaque(this, next.ordinal());
    }

    /** A train is about to be offered: begins to measure its waits, if it is its turn. */
    final void sample(Train train) {
        train.sampled = (++offered & SAMPLED_TRAINS - 1) == 0;
        if (train.sampled) {
            train.waitsSince = clock.nanos();
        }
    }

    /** A train is about to be sealed or opened here. */
    final void beginCipher(Train train) {
        if (train.sampled) {
            endWait(train, train.transmit ? QueueWait.SENT_CIPHER : QueueWait.RECEIVED_CIPHER);
        }
    }

    /** A train was sealed or opened here, and is not published yet. */
    final void endCipher(Train train) {
        if (train.sampled) {
            train.waitsSince = clock.nanos();
        }
    }

    /** A train is about to be committed here. */
    final void beginCommit(Train train) {
        if (train.sampled) {
            endWait(train, train.transmit ? QueueWait.SENT_COMMIT : QueueWait.RECEIVED_COMMIT);
        }
    }

    private void endWait(Train train, QueueWait wait) {
        waits.add(wait, Math.max(0, clock.nanos() - train.waitsSince));
    }
}
