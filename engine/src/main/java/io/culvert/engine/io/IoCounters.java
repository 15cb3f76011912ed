package io.culvert.engine.io;

/** What one worker's I/O counted; written by the worker's thread alone. */
public final class IoCounters extends Counters<IoCounters.Counter> {
    /** A cause that is counted. */
    public enum Counter {
        /** System calls made for I/O. */
        SYSCALLS,
        /** Packets and super-packets read from the TUN. */
        TUN_READS,
        /** Packets and super-packets written to the TUN. */
        TUN_WRITES,
        /** Super-packets written packet by packet because the kernel refused them. */
        TUN_GSO_FALLBACKS,
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
        /** Sends repeated without their source because that address or its route is gone. */
        UDP_SOURCE_FALLBACKS,
        /** Datagrams that did not fit a buffer or whose control data could not be read. */
        UDP_TRUNCATED
    }

    /** All zero. */
    public IoCounters() {
        super(Counter.class);
    }
}
