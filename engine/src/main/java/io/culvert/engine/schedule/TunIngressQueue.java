// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import io.culvert.engine.packet.FlowHash;
import java.util.Arrays;

/**
 * The queue of packets read from the TUN and not sent yet. Sparse flows have a queue of their own, which is served
 * first, so that an acknowledgement, a ping or a DNS query does not wait behind the super-packets of bulk flows (RFC
 * 8290, section 3.3, calls them new and old flows).
 *
 * <p>A packet enters the sparse queue if it is short, no other packet of its flow is queued, and its flow had no long
 * packet for a second. So every flow keeps its order, and at most one of its packets at a time is ahead of other flows.
 *
 * <p>Reading ahead costs cache misses, so it pays off only while latency-sensitive packets are expected: for
 * {@link #PRIORITY_WINDOW_NANOS} after a packet that overtook bulk packets.
 *
 * <p>An entry is the number of a buffer and a length: {@code | buffer 32 | length 32 |}. Confined to one thread; no
 * allocation.
 */
public final class TunIngressQueue {
    /** The time after a latency-sensitive packet during which more are expected. */
    public static final long PRIORITY_WINDOW_NANOS = 250_000_000L;

    /**
     * Bytes to take in one duty cycle, so that the sockets are served in between and the working set fits the cache.
     */
    static final int CYCLE_BYTES = 256 << 10;
    /** The same while latency-sensitive packets are expected: these wait for at most two super-packets. */
    static final int PRIORITY_CYCLE_BYTES = 128 << 10;

    /** The maximum length of a short packet, virtio-net header included. */
    private static final int SHORT_BYTES = 600;
    /** The time after its last long packet during which a flow is a bulk flow. */
    private static final long BULK_NANOS = 1_000_000_000L;
    /** The time after a long packet during which a short packet counts as latency-sensitive. */
    private static final long SENSITIVE_NANOS = 10_000_000L;

    private final Fifo sparse;
    private final Fifo bulk;
    private final int capacity;
    /** By buffer: the flow of its packet. */
    private final short[] flows;
    /** By flow: the number of queued packets. */
    private final byte[] queued = new byte[FlowHash.FLOWS];
    /** By flow: when its last long packet was added. */
    private final long[] lastLong = new long[FlowHash.FLOWS];

    private long lastAnyLong;
    private long lastSensitive;
    /** The number of queued packets of unknown flow; each may belong to any flow. */
    private int unknown;

    /** A ring buffer with room for all buffers, so it never overflows. */
    private static final class Fifo {
        private final long[] ring;
        private int head;
        private int tail;

        Fifo(int capacity) {
            ring = new long[capacity];
        }

        void add(long entry) {
            ring[tail++ & ring.length - 1] = entry;
        }

        int size() {
            return tail - head;
        }

        long remove() {
            return ring[head++ & ring.length - 1];
        }
    }

    /**
     * An empty queue.
     *
     * @param buffers the number of packet buffers, a power of two, at most 64
     * @param now the time in nanoseconds
     */
    public TunIngressQueue(int buffers, long now) {
        capacity = buffers;
        sparse = new Fifo(buffers);
        bulk = new Fifo(buffers);
        flows = new short[buffers];
        lastAnyLong = now - BULK_NANOS;
        lastSensitive = now - PRIORITY_WINDOW_NANOS;
        Arrays.fill(lastLong, now - 2 * BULK_NANOS);
    }

    /**
     * Adds a packet.
     *
     * @param buffer the number of its buffer
     * @param length of packet and virtio-net header
     * @param flow its {@link FlowHash}, or -1 if unknown
     * @param now the time in nanoseconds
     * @return whether it is latency-sensitive: it enters the sparse queue, and a long packet was read recently
     */
    public boolean add(int buffer, int length, int flow, long now) {
        boolean isShort = length <= SHORT_BYTES;
        boolean alone = flow >= 0 && queued[flow] == 0 && unknown == 0 && now - lastLong[flow] > BULK_NANOS;
        if (!isShort) {
            lastAnyLong = now;
            if (flow >= 0) {
                lastLong[flow] = now;
            }
        }
        flows[buffer] = (short) flow;
        count(flow, 1);
        boolean first = alone && isShort;
        (first ? sparse : bulk).add((long) buffer << 32 | length);
        return first && now - lastAnyLong < SENSITIVE_NANOS;
    }

    /** A latency-sensitive packet passed at {@code now}: more are expected. */
    public void expectSensitive(long now) {
        lastSensitive = now;
    }

    /** Whether latency-sensitive packets are expected. */
    public boolean expectsSensitive(long now) {
        return now - lastSensitive < PRIORITY_WINDOW_NANOS;
    }

    /** The number of packets to queue before the next one is removed. */
    public int readAhead(boolean expectsSensitive) {
        return expectsSensitive ? capacity : 1;
    }

    /** The number of bytes to remove in one duty cycle. */
    public int cycleBytes(boolean expectsSensitive) {
        return expectsSensitive ? PRIORITY_CYCLE_BYTES : CYCLE_BYTES;
    }

    private void count(int flow, int change) {
        if (flow >= 0) {
            queued[flow] += (byte) change;
        } else {
            unknown += change;
        }
    }

    /** The number of queued packets. */
    public int size() {
        return sparse.size() + bulk.size();
    }

    /** Removes the entry to send next; the queue must not be empty. */
    public long remove() {
        long entry = (sparse.size() > 0 ? sparse : bulk).remove();
        count(flows[buffer(entry)], -1);
        return entry;
    }

    /** The buffer of an entry. */
    public static int buffer(long entry) {
        return (int) (entry >>> 32);
    }

    /** The length of an entry's packet and virtio-net header. */
    public static int length(long entry) {
        return (int) entry;
    }
}
