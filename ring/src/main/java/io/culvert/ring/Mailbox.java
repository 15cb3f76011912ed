// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * A bounded queue of messages to one thread. Producers: any thread. Consumer: the owner. Messages of one producer keep
 * their order.
 */
public final class Mailbox<T> {
    private final MessagePassingQueue<T> queue;

    /** An empty mailbox for {@code capacity} messages, rounded up to a power of two. */
    public Mailbox(int capacity) {
        queue = new MpscVarHandleArrayQueue<>(capacity);
    }

    /** Posts a message; {@code false} when the mailbox is full. The caller must wake the owner afterwards. */
    public boolean offer(T message) {
        return queue.offer(message);
    }

    /** Takes the oldest message, or {@code null} when the mailbox is empty. Owner only. */
    public T poll() {
        return queue.poll();
    }

    /** Whether the mailbox is empty. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }
}
