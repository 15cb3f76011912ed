package io.culvert.engine.io;

import io.culvert.engine.packet.Coalescer;

/**
 * What one worker does I/O with: one TUN queue, its sockets of the UDP port, and a way to sleep and be woken.
 *
 * <p>Confined to the worker's thread, but for {@link #wake}. Nothing here blocks except {@link #park}.
 *
 * <p>Writes are queued by {@link #writeTun} and {@link #send} and handed to the kernel by {@link #flush}; the memory they
 * name must stay as it is until {@code flush} returns, and is the caller's again from then on. Order is kept among
 * TUN writes and among sends to one endpoint.
 */
public interface WorkerIo extends AutoCloseable {
    /** Bytes of virtio-net header in front of every packet read from or written to the TUN. */
    int VNET_HEADER_BYTES = 10;

    /** Bytes that one {@link #send} can take: what a UDP datagram over IPv4 can hold, 65,535 less 28. */
    int MAX_SEND_BYTES = 65_507;

    /**
     * Bytes of several datagrams that one {@link #send} can take. A device passes on whole what, with all headers, is shorter than its
     * gso_max_size of 65,536; the kernel takes anything longer apart in front of it (gso_features_check in net/core/dev.c). Room
     * is left for the headers of UDP 8, IPv6 40, Ethernet 14 and two VLANs 8.
     */
    int MAX_SEGMENTED_BYTES = 65_535 - 8 - 40 - 14 - 8;

    /** Datagrams that one {@link #send} can take: UDP_MAX_SEGMENTS of kernels before 6.9. */
    int MAX_SEND_SEGMENTS = 64;

    /** Takes what {@link #poll} found. */
    interface Sink {
        /**
         * A packet, or a super-packet that the kernel left to be segmented, came out of the TUN.
         *
         * @param buffer to be given back by {@link WorkerIo#releaseTun} when its bytes are no longer needed
         * @param address of the {@value WorkerIo#VNET_HEADER_BYTES}-byte virtio-net header; the IP packet follows it
         * @param length of header and packet together, at most 65,535 + {@value WorkerIo#VNET_HEADER_BYTES}
         */
        void onTun(int buffer, long address, int length);

        /**
         * One datagram came, or several of equal size (the last may be shorter) that UDP_GRO joined.
         *
         * @param buffer to be given back by {@link WorkerIo#releaseUdp}
         * @param address of the first payload byte; the payloads follow each other without gaps, and at least 64 bytes
         *     of the buffer lie in front of them
         * @param length of all payloads together, 0 to 65,535
         * @param limit the end of the buffer: the bytes from {@code address + length} up to here may be written
         * @param segment size of each datagram but the last; {@code length} when there is one
         * @param from who sent it and where it arrived; valid during the call only
         * @param ecn the ECN bits of the outer header, 0 to 3
         */
        void onUdp(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn);

        /** Whether a packet of the TUN can be taken now; what cannot waits with the kernel. Asked before each. */
        boolean takesTun();

        /** The same for what comes by UDP, as much as one system call may bring. */
        boolean takesUdp();

        /** The TUN was removed or broke: it gives nothing more. Called once. */
        void onTunGone();
    }

    /**
     * Hands what has arrived to {@code sink}, without waiting; bounded, so that one busy source cannot starve the rest.
     *
     * @return the number of packets, datagram groups and wake-ups seen; 0 when there was nothing
     */
    int poll(Sink sink);

    /** Which packets the TUN takes joined, as {@link Coalescer} has it; may lose some while it works, so asked once a train. */
    default int joins() {
        return Coalescer.ALL;
    }

    /** Queues {@code length} bytes, virtio-net header first, for the TUN. */
    void writeTun(long address, int length);

    /**
     * Queues datagrams to one endpoint.
     *
     * @param address of the payloads, laid end to end
     * @param length of all of them together, 1 to {@link #MAX_SEND_BYTES} of one, to {@link #MAX_SEGMENTED_BYTES} of several
     * @param segment size of each but the last, which may be shorter; {@code length} when there is one; at most
     *     {@link #MAX_SEND_SEGMENTS} of them
     * @param to the receiver, with the source to send from if that is known; copied during the call
     * @param ecn ECN bits for the outer header, 0 to 3
     * @param dscp the DSCP part of the outer TOS byte (0 for data, 0x88 for handshakes)
     */
    void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp);

    /** Hands all queued writes and sends to the kernel; what it refuses is retried in its simpler form or counted. */
    void flush();

    /** Gives a TUN buffer back. */
    void releaseTun(int buffer);

    /** Gives a UDP buffer back. */
    void releaseUdp(int buffer);

    /**
     * Starts to use a port, or none ({@code null}); what was queued on the previous one is dropped.
     */
    void attach(UdpPort port);

    /**
     * Sleeps until something arrives, {@link #wake} is called, or the time is over. A wake-up that came since the last
     * {@code poll} is not lost: then this returns at once. While the sink does not take what is there already, this
     * returns after a tenth of a millisecond, as nobody tells when it does.
     *
     * @param nanos at most so long; {@link Long#MAX_VALUE} for as long as it takes
     * @param gather at least so long, even if something arrives or the worker is woken, so that more can arrive; a hint, 0
     *     to be awake at once
     */
    void park(long nanos, long gather);

    /**
     * How long the worker's thread has waited for a core so far while it could run, in nanoseconds; 0 where the system does
     * not tell.
     */
    long runDelay();

    /** Makes the owner's current or next {@link #park} return. Any thread; cheap enough to call without need. */
    void wake();

    /** What this worker's I/O counted. */
    IoCounters counters();

    @Override
    void close();
}
