// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/** The I/O counters of one worker; only the worker's thread writes them. */
public final class IoCounters extends Counters<IoCounters.Counter> {
    /** The names of the counters. */
    public enum Counter {
        /** System calls for I/O. */
        SYSCALLS,
        /** Packets and super-packets read from the TUN. */
        TUN_READS,
        /** Packets and super-packets written to the TUN. */
        TUN_WRITES,
        /** Super-packets that the kernel refused and that were written as single packets. */
        TUN_GSO_FALLBACKS,
        /** TUN writes that the kernel refused. */
        TUN_WRITE_ERRORS,
        /** Received datagrams, or groups of datagrams coalesced by UDP_GRO. */
        UDP_RECEIVES,
        /** Sends, each of one or more datagrams. */
        UDP_SENDS,
        /** Datagrams dropped because the send buffer of the socket was full. */
        UDP_SEND_DROPS,
        /** Sends that the kernel refused for another reason. */
        UDP_SEND_ERRORS,
        /** Sends repeated as single datagrams because the kernel refused UDP_SEGMENT. */
        UDP_GSO_FALLBACKS,
        /** Sends repeated without source address because that address or its route no longer exists. */
        UDP_SOURCE_FALLBACKS,
        /** Datagrams dropped because they exceeded the buffer or their control data was truncated. */
        UDP_TRUNCATED
    }

    /** Counters at zero. */
    public IoCounters() {
        super(Counter.class);
    }
}
