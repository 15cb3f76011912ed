// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;

/**
 * A bounded queue of work that its owner offers and any worker may take: the owner itself, or idle workers by stealing.
 * Producers and consumers: any thread. Consumers finish out of order; {@link OrderedQueue} restores the order.
 */
public final class WorkRing<T> {
    private final MessagePassingQueue<T> queue;

    /** An empty ring for {@code capacity} elements, rounded up to a power of two. */
    public WorkRing(int capacity) {
        queue = new MpmcVarHandleArrayQueue<>(capacity);
    }

    /** Adds work; {@code false} when the ring is full. */
    public boolean offer(T work) {
        return queue.offer(work);
    }

    /** Takes work, or {@code null} when the ring seems empty: a concurrent offer may be missed. */
    public T poll() {
        return queue.relaxedPoll();
    }

    /** Number of elements: a hint while other threads change it. */
    public int size() {
        return queue.size();
    }
}
