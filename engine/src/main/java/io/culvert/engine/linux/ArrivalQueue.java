package io.culvert.engine.linux;

/**
 * Buffers that were read into and that the worker has not taken yet, in their order. It holds as many as there are buffers,
 * so it never overflows. One thread.
 *
 * <pre>
 *   | buffer 32 | length 32 |
 * </pre>
 */
final class ArrivalQueue {
    private final long[] ring;
    private int head;
    private int tail;

    /** A queue for {@code buffers} buffers, a power of two. */
    ArrivalQueue(int buffers) {
        ring = new long[buffers];
    }

    void add(int buffer, int length) {
        ring[tail++ & ring.length - 1] = (long) buffer << 32 | length;
    }

    int size() {
        return tail - head;
    }

    /** The oldest; there must be one. */
    long remove() {
        return ring[head++ & ring.length - 1];
    }

    static int buffer(long arrival) {
        return (int) (arrival >>> 32);
    }

    static int length(long arrival) {
        return (int) arrival;
    }
}
