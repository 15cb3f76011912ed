// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** One end of a wire in memory, whose address may change. */
final class Wire implements DatagramTransport {
    private record Datagram(byte[] payload, InetSocketAddress from) {}

    private final Queue<Datagram> arrived = new ConcurrentLinkedQueue<>();
    private final Wire other;
    private volatile Wire peer;
    private volatile InetSocketAddress address;
    private volatile Runnable readable = () -> {};
    volatile boolean broken;

    /** One end; the other is {@link #other}. */
    Wire() {
        address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1000);
        other = new Wire(this);
        peer = other;
    }

    private Wire(Wire peer) {
        address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 2000);
        other = peer;
        this.peer = peer;
    }

    Wire other() {
        return other;
    }

    InetSocketAddress address() {
        return address;
    }

    void moveTo(InetSocketAddress elsewhere) {
        address = elsewhere;
    }

    @Override
    public int open(int port, Runnable newReadable) throws IOException {
        readable = newReadable;
        return address.getPort();
    }

    @Override
    public void receive(DatagramBatch datagrams) {
        if (broken) {
            throw new IllegalStateException("the wire broke");
        }
        while (!arrived.isEmpty() && datagrams.add(ByteBuffer.wrap(arrived.peek().payload), arrived.peek().from)) {
            arrived.remove();
        }
    }

    @Override
    public int send(DatagramBatch datagrams) {
        for (int i = 0; i < datagrams.size(); i++) {
            byte[] copy = new byte[datagrams.payload(i).remaining()];
            datagrams.payload(i).get(copy);
            if (datagrams.remote(i).equals(peer.address)) {
                peer.arrived.add(new Datagram(copy, address));
            }
        }
        peer.readable.run();
        return datagrams.size();
    }

    @Override
    public void close() {
        readable = () -> {};
    }

    /** Says that something has arrived, although nothing has. */
    void signal() {
        readable.run();
    }
}
