// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Shortfalls;
import io.culvert.engine.io.UdpPort;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An open port with a queue of datagrams for each worker. Thread-safe. */
public final class MemoryPort implements UdpPort {
    private final MemoryNetwork network;
    private final MemoryBind bind;
    private final MemoryPlatform platform;
    private final int port;
    private final List<Queue<Datagram>> arrived = new ArrayList<>();
    private final Shortfalls shortfalls = new Shortfalls(Level.DEBUG);
    private volatile boolean ipv6;
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

    /**
     * Chooses the socket as the steering program of the Linux platform does: by byte 4 of the payload, modulo the
     * workers.
     */
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

    @Override
    public int port() {
        return port;
    }

    @Override
    public void setFwmark(int newMark) throws BindException {
        bind.checkMark();
        mark = newMark;
    }

    /** The firewall mark. */
    public int mark() {
        return mark;
    }

    @Override
    public List<Shortfall> shortfalls() {
        return shortfalls.list();
    }

    @Override
    public boolean retry() {
        if (ipv6) {
            return false;
        }
        ipv6 = bind.hasIpv6();
        if (ipv6) {
            shortfalls.end("ipv6");
            bind.rebind();
        } else {
            shortfalls.begin("ipv6", "the host has none");
        }
        return ipv6;
    }

    /** Whether it has sockets of IPv6. */
    boolean hasIpv6() {
        return ipv6;
    }

    /** Always 0: the queues have no limit. */
    @Override
    public long receiveLosses(int worker) {
        return 0;
    }

    /** Always 0: there are no such sockets. */
    @Override
    public long handshakeLosses() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        bind.closed(this);
    }
}
