// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import io.culvert.engine.DatagramBatch;
import io.culvert.engine.DatagramTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One end of a link in memory. A datagram that finds a full queue is lost. */
final class MemoryLink implements DatagramTransport {
    private static final int CAPACITY = 1024;
    private static final int PORT = 51_820;

    private final InetSocketAddress address;
    private final BlockingQueue<ByteBuffer> arrived = new ArrayBlockingQueue<>(CAPACITY);
    private final MemoryLink other;
    private volatile Runnable readable = () -> {};

    private MemoryLink(MemoryLink other, String address) {
        this.address = new InetSocketAddress(InetAddress.ofLiteral(address), PORT);
        this.other = other == null ? new MemoryLink(this, "192.0.2.2") : other;
    }

    /** One end of a new link. */
    static MemoryLink create() {
        return new MemoryLink(null, "192.0.2.1");
    }

    /** The other end. */
    MemoryLink other() {
        return other;
    }

    /** The address of this end. */
    InetSocketAddress address() {
        return address;
    }

    @Override
    public int open(int port, Runnable newReadable) {
        readable = newReadable;
        return PORT;
    }

    @Override
    public void receive(DatagramBatch datagrams) {
        ByteBuffer next = arrived.peek();
        while (next != null && datagrams.add(next, other.address)) {
            arrived.remove();
            next = arrived.peek();
        }
    }

    @Override
    public int send(DatagramBatch datagrams) {
        for (int i = 0; i < datagrams.size(); i++) {
            ByteBuffer payload = datagrams.payload(i);
            other.arrived.offer(
                    ByteBuffer.allocate(payload.remaining()).put(payload).flip());
        }
        other.readable.run();
        return datagrams.size();
    }

    @Override
    public void close() {
        arrived.clear();
    }
}
