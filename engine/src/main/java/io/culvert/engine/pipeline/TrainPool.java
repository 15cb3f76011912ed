// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.ring.BufferPool;
import io.culvert.ring.Mailbox;
import io.culvert.ring.Slab;
import java.util.BitSet;

/**
 * One worker's trains of one direction, reused last in, first out. Any worker may {@link #giveBack}; all other methods
 * belong to the owner's thread.
 */
final class TrainPool implements AutoCloseable {
    private final Train[] free;
    private final Train[] all;
    /** Producers: other workers. Consumer: the owner. */
    private final Mailbox<Train> returned;

    /** The memory of outbound trains; {@code null} if the trains are inbound. */
    private final Slab slab;

    private int available;
    /** The fewest that were available: the slabs of those below it in {@code free} have no memory. */
    private int lowest;

    private TrainPool(int count, Slab slab) {
        free = new Train[count];
        all = new Train[count];
        returned = new Mailbox<>(count);
        this.slab = slab;
        lowest = count;
    }

    /** A pool of {@code count} outbound trains, each with a slab of {@code slabBytes}. */
    static TrainPool outgoing(Worker owner, int count, int slabBytes) {
        TrainPool pool = new TrainPool(count, new Slab(count, slabBytes));
        for (int i = 0; i < count; i++) {
            pool.add(Train.outgoing(owner, pool.slab.address(i), slabBytes));
        }
        return pool;
    }

    /** A pool of {@code count} inbound trains. */
    static TrainPool incoming(Worker owner, int count) {
        TrainPool pool = new TrainPool(count, null);
        for (int i = 0; i < count; i++) {
            pool.add(Train.incoming(owner));
        }
        return pool;
    }

    private void add(Train train) {
        all[available] = train;
        free[available++] = train;
    }

    /** Takes a train; {@code null} when all are in flight. */
    Train take() {
        if (available == 0) {
            return null;
        }
        lowest = Math.min(lowest, --available);
        return free[available];
    }

    /** The number of trains that can be taken. */
    int available() {
        return available;
    }

    /** The number of trains that are in flight, or on their way back. */
    int inUse() {
        return free.length - available;
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

    /** Whether the slabs of free outbound trains, more than {@link BufferPool#KEPT} of them, may have memory. */
    boolean hasSurplus() {
        return lowest < available - BufferPool.KEPT;
    }

    /** Gives the memory of these slabs back to the system. Outbound trains only. */
    void discardSurplus() {
        BitSet surplus = new BitSet(free.length);
        for (; lowest < available - BufferPool.KEPT; lowest++) {
            surplus.set(slab.buffer(free[lowest].slab));
        }
        slab.discard(surplus);
    }

    /** Frees the memory, and the keys of trains in flight, which would otherwise stay. After the last thread ended. */
    @Override
    public void close() {
        for (Train train : all) {
            if (train.keypair != null) {
                train.end();
            }
        }
        if (slab != null) {
            slab.close();
        }
    }
}
