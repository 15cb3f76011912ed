package io.culvert.ring;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Messages to one thread. Producers: any thread. Consumer: the owner. Bounded; what is offered first by one producer is
 * taken first.
 */
public final class Mailbox<T> {
    private final MessagePassingQueue<T> queue;

    /** An empty mailbox for up to {@code capacity} (rounded up to a power of two) messages. */
    public Mailbox(int capacity) {
        queue = new MpscVarHandleArrayQueue<>(capacity);
    }

    /** Posts; {@code false} when the mailbox is full. The owner must be woken after. */
    public boolean offer(T message) {
        return queue.offer(message);
    }

    /** Takes the oldest message, or {@code null}; the owner only. */
    public T poll() {
        return queue.poll();
    }

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }
}
