package io.culvert.engine.io;

import java.io.IOException;

/** An open UDP port: the sockets of all workers. Any thread. */
public interface UdpPort extends AutoCloseable {
    /** The port number, 1 to 65,535. */
    int port();

    /** Sets the firewall mark of what is sent from now on; 0 removes it. */
    void mark(int mark) throws IOException;

    /** How many datagrams a worker's sockets lost since they were opened because their buffers were full; 0 once closed. */
    long receiveLosses(int worker);

    /** Closes the sockets. Every worker must have detached first. Idempotent. */
    @Override
    void close();
}
