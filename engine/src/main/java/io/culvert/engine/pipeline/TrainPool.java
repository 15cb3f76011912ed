package io.culvert.engine.pipeline;

import io.culvert.natives.Memory;
import io.culvert.ring.BufferPool;
import io.culvert.ring.Mailbox;

/**
 * One worker's trains of one direction, reused last in, first out. {@link #take} and {@link #reclaim} belong to the
 * owner's thread; any thread may {@link #giveBack}.
 */
final class TrainPool implements AutoCloseable {
    private final Train[] free;
    private final Mailbox<Train> returned;
    private final long slabs;
    private int available;

    private TrainPool(int count, long slabs) {
        free = new Train[count];
        returned = new Mailbox<>(count);
        this.slabs = slabs;
    }

    /** {@code count} trains that go out, each with a slab of {@code slabBytes}. */
    static TrainPool outgoing(Worker owner, int count, int slabBytes) {
        int stride = (slabBytes + BufferPool.SLACK + 63) & -64;
        TrainPool pool = new TrainPool(count, Memory.allocate((long) count * stride, 4096));
        for (int i = 0; i < count; i++) {
            pool.free[pool.available++] = Train.outgoing(owner, pool.slabs + (long) i * stride, slabBytes);
        }
        return pool;
    }

    /** {@code count} trains for what comes in. */
    static TrainPool incoming(Worker owner, int count) {
        TrainPool pool = new TrainPool(count, 0);
        for (int i = 0; i < count; i++) {
            pool.free[pool.available++] = Train.incoming(owner);
        }
        return pool;
    }

    /** A train, or {@code null} when all are under way. */
    Train take() {
        return available == 0 ? null : free[--available];
    }

    /** How many can be taken now. */
    int available() {
        return available;
    }

    /** Frees a train at once; the owner's thread. */
    void free(Train train) {
        free[available++] = train;
    }

    /** Sends a train home from another thread; there is always room, as each train is in one place only. */
    void giveBack(Train train) {
        if (!returned.offer(train)) {
            throw new AssertionError("more trains came back than there are");
        }
    }

    /** The next train that another thread gave back, or {@code null}. */
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
