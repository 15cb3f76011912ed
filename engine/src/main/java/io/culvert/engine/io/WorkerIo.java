// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/**
 * The I/O of one worker: a TUN queue, the sockets of a UDP port, and a blocking wait that other threads can end.
 *
 * <p>Confined to the worker's thread, except {@link #wake}. Only {@link #park} blocks.
 *
 * <p>A source is <em>readable</em> from the moment that {@link #poll} or {@link #park} learns that it has input until a
 * read finds it empty. How much to read, from which source first, and how long to sleep is decided by the pipeline.
 *
 * <p>{@link #writeTun} and {@link #send} queue, and {@link #flush} submits all queued operations to the kernel. The
 * caller does not change the queued memory until {@code flush} returns. TUN writes keep their order, and so do sends to
 * one endpoint.
 */
public interface WorkerIo extends AutoCloseable {
    /** Bytes of the virtio-net header in front of every packet read from or written to the TUN. */
    int VNET_HEADER_BYTES = 24;

    /** Size of a buffer for {@link #readTun}: the longest packet with its virtio-net header fits. */
    int TUN_BUFFER_BYTES = 65_664;

    /** Maximum size of one datagram for {@link #send}: 65,535 less the 28 bytes of IPv4 and UDP headers. */
    int MAX_SEND_BYTES = 65_507;

    /**
     * Maximum bytes of several datagrams for one {@link #send}. A device transmits a packet whole only if it is
     * shorter, with all headers, than its gso_max_size of 65,536; the kernel segments a longer one in front of the
     * device (gso_features_check in net/core/dev.c). This leaves room for UDP 8, IPv6 40, Ethernet 14 and two VLAN
     * headers 8.
     */
    int MAX_SEGMENTED_BYTES = 65_535 - 8 - 40 - 14 - 8;

    /** Maximum number of datagrams for one {@link #send}: UDP_MAX_SEGMENTS of kernels before 6.9. */
    int MAX_SEND_SEGMENTS = 64;

    /** Receives the datagrams of {@link #receive}. */
    interface Sink {
        /**
         * One datagram, or several of equal size (the last may be shorter) that UDP_GRO coalesced.
         *
         * @param buffer the number of the buffer, to be returned by {@link WorkerIo#releaseUdp}
         * @param address of the first payload; the payloads are contiguous, with at least 64 bytes of the buffer in
         *     front
         * @param length of all payloads together, 0 to 65,535
         * @param limit the end of the buffer: the bytes from {@code address + length} up to here may be written
         * @param segment size of each datagram but the last; {@code length} if there is one
         * @param from the sender and the local address; valid during the call only
         * @param ecn the ECN bits of the outer header, 0 to 3
         */
        void onDatagrams(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn);
    }

    /** Updates, without waiting, which sources are readable. */
    void poll();

    /** Whether the TUN is readable. */
    boolean isTunReadable();

    /**
     * Reads one packet, or a super-packet that the kernel left unsegmented, virtio-net header first.
     *
     * @param address of a buffer of {@link #TUN_BUFFER_BYTES}
     * @return its length with the header; 0 if the TUN has no packet and is no longer readable
     */
    int readTun(long address);

    /** The kernel segments super-packets in front of the TUN: a limit that may be the cause is to be taken away. */
    void softwareSegmentation();

    /** Whether the TUN was removed or failed; then this does not change any more. */
    boolean isTunRemoved();

    /** Whether a socket is readable. */
    boolean isUdpReadable();

    /** Whether a buffer for received datagrams is free. */
    boolean hasUdpBuffer();

    /**
     * Receives once from a readable socket; at least one socket must be readable.
     *
     * @param limit the maximum number of datagrams, or groups of them, to receive; at least 1
     * @return the number of datagrams or groups received
     */
    int receive(int limit, Sink sink);

    /** Returns a UDP buffer. */
    void releaseUdp(int buffer);

    /**
     * The kinds of packets that the TUN accepts coalesced, as bits of {@code Coalescer}. A refused write may clear
     * bits, so callers read them once for each train.
     */
    int groKinds();

    /**
     * Queues a packet or super-packet for the TUN.
     *
     * @param queue of the TUN, from which the kernel then sends the other direction of the packet's flow: the number of
     *     the worker that is to read it
     * @param address of the virtio-net header, which the packet follows
     * @param length of both
     */
    void writeTun(int queue, long address, int length);

    /**
     * Queues datagrams to one endpoint.
     *
     * @param address of the payloads, which are contiguous
     * @param length of all payloads together, 1 to {@link #MAX_SEND_BYTES} for one, to {@link #MAX_SEGMENTED_BYTES} for
     *     several
     * @param segment size of each datagram but the last, which may be shorter; {@code length} if there is one; at most
     *     {@link #MAX_SEND_SEGMENTS} datagrams
     * @param to the receiver, with the source to send from if it is known and not withheld; copied during the call
     * @param ecn ECN bits for the outer header, 0 to 3
     * @param dscp the DSCP part of the outer TOS byte (0 for data, 0x88 for handshakes)
     * @param owner is notified of datagrams that the system refuses; {@code null} for none
     */
    void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp, SendOwner owner);

    /** The same without an owner. */
    default void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        send(address, length, segment, to, ecn, dscp, null);
    }

    /**
     * A number that changes when the routes or addresses of the system may have changed; 0 while no port is attached,
     * never else. Read for every train.
     */
    int routes();

    /**
     * Whether a datagram from the source of {@code to}, which is set, would leave through the interface that the source
     * was learnt on, now. A source that is no local address any more would not.
     */
    boolean isRouted(UdpEndpoint to);

    /** Submits all queued writes and sends to the kernel. Refused ones are repeated without offload or counted. */
    void flush();

    /** Attaches a port, or none ({@code null}); refuses the sends that are queued for the previous one. */
    void attach(UdpPort port);

    /**
     * Sleeps until another source becomes readable, {@link #wake} is called, or {@code nanos} have passed. If
     * {@code wake} was called since the last {@code park}, returns at once.
     *
     * @param nanos the longest sleep; {@link Long#MAX_VALUE} for no limit
     * @param minWaitNanos the shortest sleep, even if a source becomes readable meanwhile: a hint, 0 for none
     */
    void park(long nanos, long minWaitNanos);

    /** Makes the current or next {@link #park} return. Any thread. */
    void wake();

    /**
     * The total time, in nanoseconds, that the worker's thread was runnable and waited for a CPU; 0 if the system has
     * no such statistics.
     */
    long runDelay();

    /** Whether free UDP buffers, more than sparse traffic uses, may take memory. */
    boolean hasSurplusMemory();

    /** Gives the memory of these buffers back to the system. */
    void discardSurplusMemory();

    /** The I/O counters of this worker. Any thread may read them. */
    IoCounters counters();

    @Override
    void close();
}
