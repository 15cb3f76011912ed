package io.culvert.engine.io;

/**
 * The I/O of one worker: one TUN queue, its sockets of the UDP port, and a way to sleep and be woken.
 *
 * <p>Confined to the worker's thread, except {@link #wake}. Only {@link #park} blocks.
 *
 * <p>A source is <em>readable</em> from the moment that {@link #poll} or {@link #park} learns that it has input until a read
 * finds it empty. How much to read, from which source first, and how long to sleep is the pipeline's decision.
 *
 * <p>{@link #writeTun} and {@link #send} queue, {@link #flush} hands everything queued to the kernel. The caller leaves the memory
 * it named unchanged until {@code flush} returns. TUN writes keep their order, and so do sends to one endpoint.
 */
public interface WorkerIo extends AutoCloseable {
    /** Bytes of virtio-net header in front of every packet read from or written to the TUN. */
    int VNET_HEADER_BYTES = 10;

    /** Size of a buffer for {@link #readTun}: the longest packet with its virtio-net header fits. */
    int TUN_BUFFER_BYTES = 65_664;

    /** Most bytes of one datagram for {@link #send}: 65,535 less the headers of IPv4 and UDP, 28. */
    int MAX_SEND_BYTES = 65_507;

    /**
     * Most bytes of several datagrams for one {@link #send}. A device transmits a packet whole only if it is shorter, with all
     * headers, than its gso_max_size of 65,536; the kernel segments a longer one in front of the device (gso_features_check in
     * net/core/dev.c). This leaves room for UDP 8, IPv6 40, Ethernet 14 and two VLAN headers 8.
     */
    int MAX_SEGMENTED_BYTES = 65_535 - 8 - 40 - 14 - 8;

    /** Most datagrams for one {@link #send}: UDP_MAX_SEGMENTS of kernels before 6.9. */
    int MAX_SEND_SEGMENTS = 64;

    /** Takes received datagrams. */
    interface Sink {
        /**
         * One datagram, or several of equal size (the last may be shorter) that UDP_GRO coalesced.
         *
         * @param buffer to be returned by {@link WorkerIo#releaseUdp}
         * @param address of the first payload byte; the payloads follow each other without gaps, and the buffer has at least
         *     64 bytes in front of them
         * @param length of all payloads together, 0 to 65,535
         * @param limit the end of the buffer: the bytes from {@code address + length} up to here may be written
         * @param segment size of each datagram but the last; {@code length} when there is one
         * @param from sender and receiving address; valid during the call only
         * @param ecn the ECN bits of the outer header, 0 to 3
         */
        void onDatagrams(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn);
    }

    /** Learns, without waiting, which sources are readable. */
    void poll();

    /** Whether the TUN is readable. */
    boolean isTunReadable();

    /**
     * Reads one packet, or a super-packet that the kernel left unsegmented, virtio-net header first.
     *
     * @param address of a buffer of {@link #TUN_BUFFER_BYTES}
     * @return its length with the header; 0 when the TUN has none, which is then no longer readable
     */
    int readTun(long address);

    /** Whether the TUN was removed or broke; it then stays so. */
    boolean isTunRemoved();

    /** Whether a socket is readable. */
    boolean isUdpReadable();

    /** Whether a buffer for datagrams is free. */
    boolean hasUdpBuffer();

    /**
     * Receives once from a readable socket; some socket must be readable.
     *
     * @param limit the most datagrams, or groups of them, to receive; at least 1
     * @return the number of datagrams or groups received
     */
    int receive(int limit, Sink sink);

    /** Returns a UDP buffer. */
    void releaseUdp(int buffer);

    /**
     * The kinds of packets that the TUN takes coalesced, as bits of {@code Coalescer}. A refused write may clear bits, so callers ask
     * once for each train.
     */
    int groKinds();

    /** Queues {@code length} bytes, virtio-net header first, for the TUN. */
    void writeTun(long address, int length);

    /**
     * Queues datagrams to one endpoint.
     *
     * @param address of the payloads, laid end to end
     * @param length of all of them together, 1 to {@link #MAX_SEND_BYTES} of one, to {@link #MAX_SEGMENTED_BYTES} of several
     * @param segment size of each but the last, which may be shorter; {@code length} when there is one; at most
     *     {@link #MAX_SEND_SEGMENTS} of them
     * @param to the receiver, with the source to send from if known; copied during the call
     * @param ecn ECN bits for the outer header, 0 to 3
     * @param dscp the DSCP part of the outer TOS byte (0 for data, 0x88 for handshakes)
     */
    void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp);

    /** Hands all queued writes and sends to the kernel; what it refuses is retried in its simpler form or counted. */
    void flush();

    /** Starts to use a port, or none ({@code null}); sends queued on the previous one are dropped. */
    void attach(UdpPort port);

    /**
     * Sleeps until a source becomes readable that was not, {@link #wake} is called, or the time is over. A wake-up since the last
     * {@code park} ends this one at once.
     *
     * @param nanos the longest sleep; {@link Long#MAX_VALUE} for no limit
     * @param minWaitNanos the shortest sleep, even if a source becomes readable meanwhile: a hint, 0 for none
     */
    void park(long nanos, long minWaitNanos);

    /** Makes the current or next {@link #park} return. Any thread. */
    void wake();

    /**
     * The time that the worker's thread has waited for a core while it could run, in nanoseconds; 0 where the system has no
     * such statistics.
     */
    long runDelay();

    /** This worker's I/O counters. */
    IoCounters counters();

    @Override
    void close();
}
