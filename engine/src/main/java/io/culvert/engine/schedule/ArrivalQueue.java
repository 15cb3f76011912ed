package io.culvert.engine.schedule;

/**
 * Buffers that were read into and that the worker has not taken yet, in their order. It holds as many as there are buffers,
 * so it never overflows. One thread.
 *
 * <pre>
 *   | buffer 32 | length 32 |
 * </pre>
 */
public final class ArrivalQueue {
    private final long[] ring;
    private int head;
    private int tail;

    /** A queue for {@code buffers} buffers, a power of two. */
    public ArrivalQueue(int buffers) {
        ring = new long[buffers];
    }

    public void add(int buffer, int length) {
        ring[tail++ & ring.length - 1] = (long) buffer << 32 | length;
    }

    public int size() {
        return tail - head;
    }

    /** The oldest; there must be one. */
    public long remove() {
        return ring[head++ & ring.length - 1];
    }

    public static int buffer(long arrival) {
        return (int) (arrival >>> 32);
    }

    public static int length(long arrival) {
        return (int) arrival;
    }
}
