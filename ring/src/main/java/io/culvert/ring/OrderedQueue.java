package io.culvert.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * A peer's queue of elements in the order they came, some of them still being worked on. Producers: any thread.
 * Consumer: the peer's home, one thread.
 *
 * <p>Whoever finishes an element must see to it that the home looks at the queue again, or the peer stalls for ever
 * (the kernel's threaded-NAPI stall of 2025 was such a lost wake-up). The protocol:
 *
 * <pre>
 *   finisher: element.publish(DONE); if (queue.requestCommit()) wake the home
 *   home:     queue.beginCommit(); while ((element = queue.pollReady()) != null) commit it
 * </pre>
 *
 * <p>{@code requested} is 1 from the first request until the home begins. Both sides change it by an atomic exchange, and
 * so the two exchanges are ordered: either the finisher's comes first, and then the home, whose exchange reads what it
 * wrote, sees the state published before it; or the home's comes first, and then the finisher reads 0 and tells the home
 * again. A test under jcstress shows it.
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
     * @param capacity how many elements may wait; rounded up to a power of two
     */
    public OrderedQueue(int capacity) {
        queue = new MpscVarHandleArrayQueue<>(capacity);
    }

    /** Takes the next place in the order; {@code false} when the queue is full. Any thread. */
    public boolean offer(T element) {
        return queue.relaxedOffer(element);
    }

    /**
     * Asks for a commit, after an element's state was published. Any thread.
     *
     * @return whether the caller must wake the home; else someone has, and the home has not begun yet
     */
    public boolean requestCommit() {
        return (int) REQUESTED.getAndSet(this, 1) == 0;
    }

    /** Answers all requests so far; the home, before it polls. */
    public void beginCommit() {
        REQUESTED.getAndSet(this, 0);
    }

    /** Removes the head if its work is done; {@code null} when the queue is empty or its head still open. The home. */
    public T pollReady() {
        T head = queue.relaxedPeek();
        if (head == null || head.state() == CommitEntry.PENDING) {
            return null;
        }
        return queue.relaxedPoll();
    }

    /** Whether nothing waits, as far as the caller can see. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }
}
