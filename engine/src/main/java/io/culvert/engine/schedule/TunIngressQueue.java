package io.culvert.engine.schedule;

import io.culvert.engine.packet.FlowHash;
import java.util.Arrays;

/**
 * What was read from the TUN and the worker has not taken yet: two queues, so that an acknowledgement, a ping or a query does
 * not wait behind the super-packets of others (RFC 8290, section 3.3, has new and old flows for it). Into the queue that goes first comes
 * a short packet of a flow of which nothing waits, and of which there was nothing long for a second: so each flow keeps its order,
 * and none has more than one packet at a time go before those of others. One thread.
 */
public final class TunIngressQueue {
    /** Of a packet with its virtio-net header. What is longer is bulk. */
    private static final int SHORT_BYTES = 600;

    /** How long a flow stays bulk after its last long packet. */
    private static final long BULK_NANOS = 1_000_000_000L;
    /** How long after something long a short packet is taken to have been in its way. */
    private static final long CROWDED_NANOS = 10_000_000L;

    private final ArrivalQueue first;
    private final ArrivalQueue rest;
    /** By buffer: the flow of what is in it. */
    private final short[] flows;
    /** By flow: how many wait. */
    private final byte[] waiting = new byte[FlowHash.FLOWS];
    /** By flow: when something long was last added. */
    private final long[] lastLong = new long[FlowHash.FLOWS];

    private long lastAnyLong = System.nanoTime() - BULK_NANOS;
    /** How many wait whose flow is not known: these may be of any flow. */
    private int unknown;

    /** Queues for {@code buffers} buffers, a power of two, at most 64. */
    public TunIngressQueue(int buffers) {
        first = new ArrivalQueue(buffers);
        rest = new ArrivalQueue(buffers);
        flows = new short[buffers];
        Arrays.fill(lastLong, System.nanoTime() - 2 * BULK_NANOS);
    }

    /**
     * Takes in what was read.
     *
     * @param buffer which holds it
     * @param length of packet and virtio-net header
     * @param flow the packet's, or -1
     * @param now the time in nanoseconds
     * @return whether it is one of those that are to go first, and something long was added not long ago: it pays to read ahead
     */
    public boolean add(int buffer, int length, int flow, long now) {
        boolean isShort = length <= SHORT_BYTES;
        boolean alone = flow >= 0 && waiting[flow] == 0 && unknown == 0 && now - lastLong[flow] > BULK_NANOS;
        if (!isShort) {
            lastAnyLong = now;
            if (flow >= 0) {
                lastLong[flow] = now;
            }
        }
        flows[buffer] = (short) flow;
        count(flow, 1);
        boolean goesFirst = alone && isShort;
        (goesFirst ? first : rest).add(buffer, length);
        return goesFirst && now - lastAnyLong < CROWDED_NANOS;
    }

    private void count(int flow, int change) {
        if (flow >= 0) {
            waiting[flow] += (byte) change;
        } else {
            unknown += change;
        }
    }

    public int size() {
        return first.size() + rest.size();
    }

    /** The one to go next; there must be one. */
    public long remove() {
        long arrival = (first.size() > 0 ? first : rest).remove();
        count(flows[ArrivalQueue.buffer(arrival)], -1);
        return arrival;
    }
}
