// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A device of two queues: a test sends into one and receives from the other. */
final class PacketQueue implements PacketDevice {
    private static final int SECONDS = 20;

    final ConcurrentLinkedQueue<ByteBuffer> outgoing = new ConcurrentLinkedQueue<>();
    final BlockingQueue<byte[]> incoming = new LinkedBlockingQueue<>();
    final AtomicInteger reads = new AtomicInteger();
    volatile boolean closed;
    private volatile Runnable readable = () -> {};

    @Override
    public void start(Runnable newReadable) {
        readable = newReadable;
    }

    void send(byte[] packet) {
        outgoing.add(ByteBuffer.wrap(packet));
        readable.run();
    }

    byte[] receive() throws InterruptedException {
        byte[] packet = incoming.poll(SECONDS, TimeUnit.SECONDS);
        if (packet == null) {
            throw new AssertionError("no packet within " + SECONDS + " s");
        }
        return packet;
    }

    @Override
    public void read(PacketBatch packets) {
        reads.incrementAndGet();
        while (!outgoing.isEmpty() && packets.add(outgoing.peek())) {
            outgoing.remove();
        }
    }

    @Override
    public void write(PacketBatch packets) {
        for (int i = 0; i < packets.size(); i++) {
            byte[] copy = new byte[packets.get(i).remaining()];
            packets.get(i).get(copy);
            incoming.add(copy);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
