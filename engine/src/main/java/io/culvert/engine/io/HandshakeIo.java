// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/**
 * The sockets of a UDP port that receive handshake messages, where the system separates them from data, and a blocking
 * wait that other threads can end.
 *
 * <p>One thread at a time, except {@link #wake}. Only {@link #await} blocks.
 */
public interface HandshakeIo extends AutoCloseable {
    /** Receives the datagrams of {@link #receive}. */
    @FunctionalInterface
    interface Sink {
        /**
         * One datagram, or several of equal size (the last may be shorter) of one sender that UDP_GRO coalesced.
         *
         * @param address of the first payload; the payloads are contiguous, and valid during the call only
         * @param length of all payloads together, 0 to 65,535
         * @param segment size of each datagram but the last; {@code length} if there is one
         * @param from the sender and the local address; valid during the call only
         */
        void onMessages(long address, int length, int segment, UdpEndpoint from);
    }

    /** Attaches a port, or none ({@code null}); drops the replies that are queued for the previous one. */
    void attach(UdpPort port);

    /**
     * Receives what has arrived, without waiting, at most one batch.
     *
     * @return the number of datagrams or groups received, 0 when there are none
     */
    int receive(Sink sink);

    /** The number of datagrams and groups of a full batch of {@link #receive}: more may wait. */
    int batch();

    /**
     * Queues a reply.
     *
     * @param message its address; copied during the call
     * @param length at most 148 bytes
     * @param to the receiver, with the source to send from; copied during the call
     */
    void reply(long message, int length, UdpEndpoint to);

    /** Hands the queued replies to the kernel. */
    void flush();

    /** Waits until a datagram arrives, or until {@link #wake} was called since the last wait. */
    void await();

    /** Makes the current or next {@link #await} return. Any thread. */
    void wake();

    @Override
    void close();
}
