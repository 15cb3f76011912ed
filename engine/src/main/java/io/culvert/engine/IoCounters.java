package io.culvert.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one worker's I/O counted. Written by the worker's thread alone (opaque stores), read by any thread: each counter
 * is exact by itself, and no two are promised to be of the same moment.
 */
public final class IoCounters {
    /** A cause that is counted. */
    public enum Counter {
        /** System calls made for I/O. */
        SYSCALLS,
        /** Packets and super-packets read from the TUN. */
        TUN_READS,
        /** Packets and super-packets written to the TUN. */
        TUN_WRITES,
        /** TUN writes the kernel refused. */
        TUN_WRITE_ERRORS,
        /** Datagrams, or groups of them joined by UDP_GRO, received. */
        UDP_RECEIVES,
        /** Sends, each of one or more datagrams. */
        UDP_SENDS,
        /** Datagrams lost because the socket's buffer was full. */
        UDP_SEND_DROPS,
        /** Sends the kernel refused for another reason. */
        UDP_SEND_ERRORS,
        /** Sends repeated datagram by datagram because the kernel refused UDP_SEGMENT. */
        UDP_GSO_FALLBACKS,
        /** Datagrams that did not fit a buffer or whose control data could not be read. */
        UDP_TRUNCATED
    }

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    // Eight longs of padding on both sides keep a neighbour's writes off these cache lines.
    private static final int PAD = 8;

    private final long[] cells = new long[Counter.values().length + 2 * PAD];

    /** All zero. */
    public IoCounters() {}

    /** Adds; the owner's thread only. */
    public void add(Counter counter, long n) {
        int i = counter.ordinal() + PAD;
        CELL.setOpaque(cells, i, cells[i] + n);
    }

    /** Reads; any thread. */
    public long get(Counter counter) {
        return (long) CELL.getOpaque(cells, counter.ordinal() + PAD);
    }
}
