// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * A queue that hands out its elements in the order of arrival although their work ends in any order. Producers: any
 * thread. Consumer: one thread, the home.
 *
 * <p>A thread that finishes an element must make the home poll the queue again. Otherwise the queue stalls for ever, as
 * in the kernel's threaded-NAPI stall of 2025 (a lost wake-up). The protocol:
 *
 * <pre>
 *   finisher: element.publish(DONE); if (queue.requestCommit()) wake the home
 *   home:     queue.beginCommit(); while ((element = queue.pollReady()) != null) commit it
 * </pre>
 *
 * <p>{@code requested} is 1 from the first request until the home begins. Both sides change it by an atomic exchange,
 * so the two exchanges are ordered. If the finisher's is first, the home's reads the value that it wrote, and so sees
 * the state published before it. If the home's is first, the finisher reads 0 and wakes the home again.
 * OrderedQueueStress checks this under jcstress.
 */
public final class OrderedQueue<T extends CommitEntry> {
    private static final VarHandle REQUESTED;

    static {
        try {
            REQUESTED = MethodHandles.lookup().findVarHandle(OrderedQueue.class, "requested", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MessagePassingQueue<T> queue;

    @SuppressWarnings("unused") // through REQUESTED
    private int requested;

    /**
     * An empty queue.
     *
     * @param capacity greatest number of elements, rounded up to a power of two
     */
    public OrderedQueue(int capacity) {
        queue = new MpscVarHandleArrayQueue<>(capacity);
    }

    /** Appends an element; {@code false} when the queue is full. Any thread. */
    public boolean offer(T element) {
        return queue.relaxedOffer(element);
    }

    /**
     * Requests a commit, after an element's state was published. Any thread.
     *
     * @return whether the caller must wake the home; otherwise another thread has, and the home has not begun yet
     */
    public boolean requestCommit() {
        return (int) REQUESTED.getAndSet(this, 1) == 0;
    }

    /** Takes all requests so far. The home calls it before it polls. */
    public void beginCommit() {
        REQUESTED.getAndSet(this, 0);
    }

    /** Removes the head if its work has ended; {@code null} when the queue is empty or the head pending. Home only. */
    public T pollReady() {
        T head = queue.relaxedPeek();
        if (head == null || head.state() == CommitEntry.PENDING) {
            return null;
        }
        return queue.relaxedPoll();
    }

    /** Whether the queue is empty: a hint while other threads change it. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }
}
