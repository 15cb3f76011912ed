// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.natives.Memory;
import io.culvert.ring.BufferPool;
import io.culvert.ring.Mailbox;

/**
 * One worker's trains of one direction, reused last in, first out. Any worker may {@link #giveBack}; all other methods
 * belong to the owner's thread.
 */
final class TrainPool implements AutoCloseable {
    private final Train[] free;
    /** Producers: other workers. Consumer: the owner. */
    private final Mailbox<Train> returned;

    private final long slabs;
    private int available;

    private TrainPool(int count, long slabs) {
        free = new Train[count];
        returned = new Mailbox<>(count);
        this.slabs = slabs;
    }

    /** A pool of {@code count} outbound trains, each with a slab of {@code slabBytes}. */
    static TrainPool outgoing(Worker owner, int count, int slabBytes) {
        int stride = (slabBytes + BufferPool.SLACK + 63) & -64;
        TrainPool pool = new TrainPool(count, Memory.allocate((long) count * stride, 4096));
        for (int i = 0; i < count; i++) {
            pool.free[pool.available++] = Train.outgoing(owner, pool.slabs + (long) i * stride, slabBytes);
        }
        return pool;
    }

    /** A pool of {@code count} inbound trains. */
    static TrainPool incoming(Worker owner, int count) {
        TrainPool pool = new TrainPool(count, 0);
        for (int i = 0; i < count; i++) {
            pool.free[pool.available++] = Train.incoming(owner);
        }
        return pool;
    }

    /** Takes a train; {@code null} when all are in flight. */
    Train take() {
        return available == 0 ? null : free[--available];
    }

    /** The number of trains that can be taken. */
    int available() {
        return available;
    }

    /** Frees a train. */
    void free(Train train) {
        free[available++] = train;
    }

    /** Returns a train from another worker. The mailbox has room for all trains. */
    void giveBack(Train train) {
        if (!returned.offer(train)) {
            throw new AssertionError("more trains were returned than the pool has");
        }
    }

    /** The next train that another worker returned, to be freed; or {@code null}. */
    Train reclaim() {
        return returned.poll();
    }

    @Override
    public void close() {
        if (slabs != 0) {
            Memory.free(slabs);
        }
    }
}
