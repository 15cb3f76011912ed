package io.culvert.ring;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;

/**
 * Work that its owner offers and anyone may take: the owner in its own time, other workers when they are idle. Producers
 * and consumers: any thread. Not ordered across takers; {@link CommitEntryQueue} restores the order.
 */
public final class WorkRing<T> {
    private final MessagePassingQueue<T> queue;

    /** An empty ring for up to {@code capacity} (rounded up to a power of two) elements. */
    public WorkRing(int capacity) {
        queue = new MpmcVarHandleArrayQueue<>(capacity);
    }

    /** Adds work; {@code false} when the ring is full. */
    public boolean offer(T work) {
        return queue.offer(work);
    }

    /** Takes work, or {@code null} when there seems to be none: a racing offer may be missed. */
    public T poll() {
        return queue.relaxedPoll();
    }

    /** How much waits: a hint. */
    public int size() {
        return queue.size();
    }
}
