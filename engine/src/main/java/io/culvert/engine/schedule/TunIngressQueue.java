package io.culvert.engine.schedule;

import io.culvert.engine.packet.FlowHash;
import java.util.Arrays;

/**
 * Packets read from the TUN and not yet sent: a queue for sparse flows, served first, and a queue for bulk flows, so that an
 * acknowledgement, a ping or a query does not wait behind the super-packets of other flows (RFC 8290, section 3.3, calls
 * them new and old flows).
 *
 * <p>A packet enters the sparse queue if it is short, no other packet of its flow is queued, and its flow had no long packet
 * for a second. So every flow keeps its order, and has at most one packet at a time in front of others.
 *
 * <p>Reading the TUN ahead costs cache misses, so it pays only while latency-sensitive packets are expected: for
 * {@link #PRIORITY_WINDOW_NANOS} after a packet that had reason to overtake others.
 *
 * <p>An entry is a buffer's number and a length: {@code | buffer 32 | length 32 |}. Confined to one thread; allocates nothing.
 */
public final class TunIngressQueue {
    /** For so long after a latency-sensitive packet more are expected. */
    public static final long PRIORITY_WINDOW_NANOS = 250_000_000L;

    /** Bytes to take in one duty cycle: the sockets are served in between, and the working set stays in the cache. */
    static final int CYCLE_BYTES = 256 << 10;
    /** The same while latency-sensitive packets are expected, which wait for at most two super-packets. */
    static final int PRIORITY_CYCLE_BYTES = 128 << 10;

    /** A longer packet, virtio-net header included, is bulk. */
    private static final int SHORT_BYTES = 600;
    /** A flow stays bulk for so long after its last long packet. */
    private static final long BULK_NANOS = 1_000_000_000L;
    /** A short packet has reason to overtake if a long one was read this recently. */
    private static final long CROWDED_NANOS = 10_000_000L;

    private final Fifo sparse;
    private final Fifo bulk;
    private final int capacity;
    /** By buffer: the flow of its packet. */
    private final short[] flows;
    /** By flow: queued packets. */
    private final byte[] queued = new byte[FlowHash.FLOWS];
    /** By flow: when its last long packet was added. */
    private final long[] lastLong = new long[FlowHash.FLOWS];

    private long lastAnyLong;
    private long lastSensitive;
    /** Queued packets of unknown flow: each may belong to any flow. */
    private int unknown;

    /** A ring of entries that holds as many as there are buffers, so that it never overflows. */
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
     * @param buffers the number of buffers that packets lie in, a power of two, at most 64
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
     * @param buffer the buffer that holds it
     * @param length of packet and virtio-net header
     * @param flow its flow, see {@link FlowHash}, or -1
     * @param now the time in nanoseconds
     * @return whether it is latency-sensitive: it goes before others, and a long packet was read recently
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
        return first && now - lastAnyLong < CROWDED_NANOS;
    }

    /** Expects more latency-sensitive packets from {@code now} on. */
    public void expectSensitive(long now) {
        lastSensitive = now;
    }

    /** Whether latency-sensitive packets are expected. */
    public boolean expectsSensitive(long now) {
        return now - lastSensitive < PRIORITY_WINDOW_NANOS;
    }

    /** How many packets to have queued before the next is taken. */
    public int readAhead(boolean expectsSensitive) {
        return expectsSensitive ? capacity : 1;
    }

    /** How many bytes to take in one duty cycle. */
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

    /** Removes the entry to be sent next; the queue must not be empty. */
    public long remove() {
        long entry = (sparse.size() > 0 ? sparse : bulk).remove();
        count(flows[buffer(entry)], -1);
        return entry;
    }

    /** The buffer of an entry. */
    public static int buffer(long entry) {
        return (int) (entry >>> 32);
    }

    /** The length of an entry: packet and virtio-net header. */
    public static int length(long entry) {
        return (int) entry;
    }
}
