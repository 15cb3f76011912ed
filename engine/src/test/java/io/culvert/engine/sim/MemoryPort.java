// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.UdpPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An open port: what came for each worker. Thread-safe. */
public final class MemoryPort implements UdpPort {
    private final MemoryNetwork network;
    private final MemoryBind bind;
    private final MemoryPlatform platform;
    private final int port;
    private final List<Queue<Datagram>> arrived = new ArrayList<>();
    private volatile int mark;
    private volatile boolean closed;

    MemoryPort(MemoryNetwork network, MemoryBind bind, MemoryPlatform platform, int port, int workers, int mark) {
        this.network = network;
        this.bind = bind;
        this.platform = platform;
        this.port = port;
        this.mark = mark;
        for (int i = 0; i < workers; i++) {
            arrived.add(new ConcurrentLinkedQueue<>());
        }
    }

    /** The socket is chosen as the steering program does it: byte 4 of the payload, modulo the workers. */
    void arrive(Datagram datagram) {
        byte[] payload = datagram.payload();
        int worker = payload.length > 4 ? Byte.toUnsignedInt(payload[4]) % arrived.size() : 0;
        worker = platform.steer(worker);
        arrived.get(worker).add(datagram);
        platform.arrived(worker);
    }

    Queue<Datagram> arrived(int worker) {
        return arrived.get(worker);
    }

    boolean isClosed() {
        return closed;
    }

    MemoryNetwork network() {
        return network;
    }

    MemoryBind bind() {
        return bind;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void mark(int newMark) {
        mark = newMark;
    }

    /** The firewall mark. */
    public int mark() {
        return mark;
    }

    /** It has room for all. */
    @Override
    public long receiveLosses(int worker) {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        bind.closed(this);
    }
}
