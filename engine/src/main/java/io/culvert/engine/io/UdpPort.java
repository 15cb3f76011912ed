// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.io.IOException;
import java.util.List;

/** An open UDP port: the sockets of all workers. Any thread. */
public interface UdpPort extends AutoCloseable {
    /** The port number, 1 to 65,535. */
    int port();

    /**
     * Sets the firewall mark (SO_MARK) of later datagrams; 0 removes it.
     *
     * @throws IOException if the system refuses it
     */
    void setFwmark(int fwmark) throws IOException;

    /**
     * Datagrams that a worker's sockets dropped, since they were opened, as their receive buffers were full; 0 if
     * closed.
     */
    long receiveLosses(int worker);

    /** Datagrams that the sockets of {@link HandshakeIo} dropped, likewise; 0 if there are none. */
    long handshakeLosses();

    /** What the system refused this port, such as sockets of IPv6. */
    List<Shortfall> shortfalls();

    /**
     * Tries again what the system refused.
     *
     * @return whether there are sockets now that were missing: every worker and the {@link HandshakeIo} must attach the
     *     port again to use them
     */
    boolean retry();

    /**
     * Closes the sockets. Every worker and the {@link HandshakeIo} must have detached first.
     * Idempotent.
     */
    @Override
    void close();
}
