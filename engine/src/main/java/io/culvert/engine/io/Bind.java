package io.culvert.engine.io;

import java.io.IOException;

/** Opens UDP ports. */
public interface Bind {
    /**
     * Opens a port, on IPv4 and IPv6 with the same number, with one socket of each family for each worker.
     *
     * @param port 1 to 65,535, or 0 for any free one
     * @param workers how many sockets of each family
     * @param mark the firewall mark of what is sent, 0 for none
     * @throws java.net.BindException when the port is taken
     * @throws IOException when the system refuses
     */
    UdpPort open(int port, int workers, int mark) throws IOException;
}
