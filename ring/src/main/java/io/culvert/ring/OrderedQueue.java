// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A queue that numbers its elements and hands them out in the order of arrival, although their work ends in any order.
 * Producers: any thread. Consumer: the thread that holds the queue's token, which is any thread that finishes an
 * element.
 *
 * <p>A place and the numbers that go with it are claimed by one atomic update, so that numbers rise along the queue
 * whatever the producers do.
 *
 * <pre>
 *   claims:  63              8 7       0
 *           | numbers so far  | places |     places: the elements so far, modulo 256
 * </pre>
 *
 * <p>The last thread to finish an element must make some thread poll the queue. Otherwise the queue stalls for ever, as
 * in the kernel's threaded-NAPI stall of 2025 (a lost wake-up). The protocol:
 *
 * <pre>
 *   finisher: element.publish(DONE); if (queue.tryAcquire()) it is the holder
 *   holder:   do { queue.look(); while ((element = queue.pollReady()) != null) commit it } while (!queue.tryRelease())
 * </pre>
 *
 * <p>{@code token} is FREE, HELD, or REQUESTED: held, and an element was finished since the holder's last look. All
 * change it by atomic updates. If the finisher's comes before the holder's last one, the holder reads REQUESTED, does
 * not release, and its next look sees the state published before. If it comes after, the finisher reads FREE and is the
 * holder. What only the holder uses is ordered by the token's release and acquire. OrderedQueueStress checks this under
 * jcstress.
 */
public final class OrderedQueue<T extends CommitEntry> {
    /** Returned by {@link #offer} if the queue is full. */
    public static final long FULL = -1;

    /** The greatest capacity. */
    public static final int MAX_CAPACITY = 128;

    private static final int PLACE_BITS = 8;
    private static final int PLACES = (1 << PLACE_BITS) - 1;

    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int REQUESTED = 2;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(CommitEntry[].class);
    private static final VarHandle CLAIMS;
    private static final VarHandle HEAD;
    private static final VarHandle TOKEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CLAIMS = lookup.findVarHandle(OrderedQueue.class, "claims", long.class);
            HEAD = lookup.findVarHandle(OrderedQueue.class, "head", int.class);
            TOKEN = lookup.findVarHandle(OrderedQueue.class, "token", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Written by the producer that claimed the place (release), cleared by the holder (plain, before its HEAD). */
    private final CommitEntry[] slots;

    private final int mask;
    /** Advanced by producers, by compare-and-set. */
    private long claims;
    /** The number of polled elements. Written by the holder (release), read by producers (acquire). */
    private int head;

    @SuppressWarnings("unused") // through TOKEN
    private int token;

    /**
     * An empty queue.
     *
     * @param capacity greatest number of elements, a power of two up to {@value #MAX_CAPACITY}
     */
    public OrderedQueue(int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        slots = new CommitEntry[capacity];
        mask = capacity - 1;
    }

    /**
     * Appends an element and takes numbers for it. Any thread.
     *
     * @param numbers how many, at least 1: equal claims would be mistaken for one another
     * @return the first of them, which follows the last of the element before; {@link #FULL} if the queue is full, or
     *     2^55 numbers are used up
     */
    public long offer(T element, int numbers) {
        long step = (long) numbers << PLACE_BITS;
        while (true) {
            long seen = (long) CLAIMS.getAcquire(this);
            if (isFull(seen)) {
                // Only claims that have not changed since describe the same moment as the head.
                if (seen == (long) CLAIMS.getVolatile(this)) {
                    return FULL;
                }
            } else if (CLAIMS.compareAndSet(this, seen, next(seen, step))) {
                SLOT.setRelease(slots, (int) seen & mask, element);
                return seen >>> PLACE_BITS;
            }
        }
    }

    private boolean isFull(long seen) {
        return ((int) seen - (int) HEAD.getAcquire(this) & PLACES) > mask || seen < 0;
    }

    /** The claims after one more: the places wrap without a carry into the numbers. */
    private static long next(long seen, long step) {
        return (seen & ~PLACES) + step | seen + 1 & PLACES;
    }

    /** The numbers given out so far. Any thread. */
    public long numbers() {
        return (long) CLAIMS.getAcquire(this) >>> PLACE_BITS;
    }

    /**
     * Takes the token, or requests another look from its holder, after an element's state was published. Any thread.
     *
     * @return whether the caller is the holder now, and must look
     */
    public boolean tryAcquire() {
        return TOKEN.compareAndSet(this, FREE, HELD) || (int) TOKEN.getAndSet(this, REQUESTED) == FREE;
    }

    /** Takes all requests so far. The holder calls it before it polls. */
    public void look() {
        if ((int) TOKEN.getOpaque(this) != HELD) {
            TOKEN.getAndSet(this, HELD);
        }
    }

    /**
     * Releases the token, unless another look was requested. Holder only.
     *
     * @return whether it was released; otherwise the holder must look again
     */
    public boolean tryRelease() {
        return TOKEN.compareAndSet(this, HELD, FREE);
    }

    /** Removes the head if its work has ended; {@code null} if there is none or it is pending. Holder only. */
    @SuppressWarnings("unchecked") // offer stores only T
    public T pollReady() {
        int at = head & mask;
        CommitEntry first = (CommitEntry) SLOT.getAcquire(slots, at);
        if (first == null || first.state() == CommitEntry.PENDING) {
            return null;
        }
        slots[at] = null;
        HEAD.setRelease(this, head + 1);
        return (T) first;
    }

    /** Whether the queue is empty: a hint while other threads change it. */
    public boolean isEmpty() {
        return ((int) (long) CLAIMS.getAcquire(this) - (int) HEAD.getAcquire(this) & PLACES) == 0;
    }
}
