// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.io.IOException;

/**
 * What carries a tunnel's datagrams, in place of UDP sockets: another protocol, a network in memory, a test.
 *
 * <p>Calls of {@link #open} and {@link #close} alternate, and {@link #receive} and {@link #send} lie between them, on
 * the tunnel's threads, each on one thread at a time, but both at the same time. They must not block: the tunnel's
 * other packets and its timers wait for them. What {@code receive} and {@code send} throw ends the tunnel.
 */
public interface DatagramTransport {
    /**
     * Begins to receive.
     *
     * @param port the wanted port, 0 for any; a transport without ports may ignore it
     * @param readable to be run whenever {@link #receive} has something to add after it added nothing. It may be run
     *     more often, by any thread, also within {@code open} and after {@link #close}; it returns at once
     * @return the port, 1 to 65,535
     * @throws IOException if it cannot; the tunnel tries again, every 2 s at last
     */
    int open(int port, Runnable readable) throws IOException;

    /**
     * Adds datagrams that have arrived, without waiting: as many as there are and fit, or none.
     *
     * @param datagrams an empty batch
     */
    void receive(DatagramBatch datagrams);

    /**
     * Sends datagrams, without waiting.
     *
     * @param datagrams at least one
     * @return how many of them it has taken, from the first on; the others are lost, and not counted as sent
     */
    int send(DatagramBatch datagrams);

    /** Stops to receive. */
    void close();
}
