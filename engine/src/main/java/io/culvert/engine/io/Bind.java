// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.io.IOException;

/** Opens UDP ports; one thread at a time. */
public interface Bind {
    /**
     * Opens the same port on IPv4 and IPv6, with one socket of each family for each worker, and on some
     * platforms with further ones for a {@link HandshakeIo}.
     *
     * @param port 1 to 65,535, or 0 for any free port
     * @param workers the number of sockets of each family
     * @param fwmark the firewall mark (SO_MARK) of sent datagrams, 0 for none
     * @throws java.net.BindException if the port is in use
     * @throws NoDescriptorsException if there are no descriptors for its sockets
     * @throws IOException if the system refuses a socket or an option
     */
    UdpPort open(int port, int workers, int fwmark) throws IOException;

    /**
     * Finds out whether {@link #open} would succeed now, and leaves nothing open.
     *
     * @param port 1 to 65,535, or 0 for any free port
     * @param fwmark the firewall mark (SO_MARK), 0 for none
     * @throws java.net.BindException if the port is in use
     * @throws IOException if the system refuses a socket or an option
     */
    void tryOut(int port, int fwmark) throws IOException;
}
