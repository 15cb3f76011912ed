// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.ring.BufferPool;
import io.culvert.ring.Mailbox;
import io.culvert.ring.Slab;
import java.util.BitSet;

/**
 * One worker's trains of one direction, reused last in, first out. One is made when all others are in flight, and then
 * stays: an idle worker of many has few, and a busy one soon makes no more. Any worker may {@link #giveBack}; all other
 * methods belong to the owner's thread.
 */
final class TrainPool implements AutoCloseable {
    private final Worker owner;
    private final Train[] free;
    private final Train[] all;
    /** Producers: other workers. Consumer: the owner. */
    private final Mailbox<Train> returned;

    /** The memory of outbound trains; {@code null} if the trains are inbound. */
    private final Slab slab;

    private final int slabBytes;

    private int made;
    /** The trains in {@code free}. */
    private int idle;
    /** The fewest that were idle: the slabs of those below it in {@code free} have no memory. */
    private int lowest;

    private TrainPool(Worker owner, int count, Slab slab, int slabBytes) {
        this.owner = owner;
        free = new Train[count];
        all = new Train[count];
        returned = new Mailbox<>(count);
        this.slab = slab;
        this.slabBytes = slabBytes;
    }

    /** A pool of at most {@code count} outbound trains, each with a slab of {@code slabBytes}. */
    static TrainPool outgoing(Worker owner, int count, int slabBytes) {
        return new TrainPool(owner, count, new Slab(count, slabBytes), slabBytes);
    }

    /** A pool of at most {@code count} inbound trains. */
    static TrainPool incoming(Worker owner, int count) {
        return new TrainPool(owner, count, null, 0);
    }

    /** Takes a train; {@code null} when all are in flight. */
    Train take() {
        if (idle == 0) {
            return made < all.length ? make() : null;
        }
        lowest = Math.min(lowest, --idle);
        return free[idle];
    }

    private Train make() {
        Train train = slab == null ? Train.incoming(owner) : Train.outgoing(owner, slab.address(made), slabBytes);
        all[made++] = train;
        return train;
    }

    /** The number of trains that can be taken. */
    int available() {
        return all.length - inUse();
    }

    /** The number of trains that are in flight, or on their way back. */
    int inUse() {
        return made - idle;
    }

    /** Frees a train. */
    void free(Train train) {
        free[idle++] = train;
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
        return lowest < idle - BufferPool.KEPT;
    }

    /** Gives the memory of these slabs back to the system. Outbound trains only. */
    void discardSurplus() {
        BitSet surplus = new BitSet(free.length);
        for (; lowest < idle - BufferPool.KEPT; lowest++) {
            surplus.set(slab.buffer(free[lowest].slab));
        }
        slab.discard(surplus);
    }

    /** Frees the memory, and the keys of trains in flight, which would otherwise stay. After the last thread ended. */
    @Override
    public void close() {
        for (int i = 0; i < made; i++) {
            if (all[i].keypair != null) {
                all[i].end();
            }
        }
        if (slab != null) {
            slab.close();
        }
    }
}
