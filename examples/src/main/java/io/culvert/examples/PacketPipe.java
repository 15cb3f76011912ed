// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import io.culvert.engine.PacketBatch;
import io.culvert.engine.PacketDevice;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A packet device of two bounded queues. The program sends and receives on any thread; the tunnel's threads never wait.
 * A packet that finds a full queue is lost, as in an interface of the system.
 */
final class PacketPipe implements PacketDevice {
    private static final int CAPACITY = 1024;

    private final BlockingQueue<ByteBuffer> toTunnel = new ArrayBlockingQueue<>(CAPACITY);
    private final BlockingQueue<ByteBuffer> fromTunnel = new ArrayBlockingQueue<>(CAPACITY);
    private volatile Runnable readable = () -> {};

    /** Sends an IP packet into the tunnel; waits while the queue is full. */
    void send(byte[] packet) throws InterruptedException {
        toTunnel.put(ByteBuffer.wrap(packet));
        readable.run();
    }

    /** The next IP packet that came through the tunnel, or {@code null} if none comes in time. */
    ByteBuffer receive(long millis) throws InterruptedException {
        return fromTunnel.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void start(Runnable newReadable) {
        readable = newReadable;
    }

    @Override
    public void read(PacketBatch packets) {
        ByteBuffer next = toTunnel.peek();
        while (next != null && packets.add(next)) {
            toTunnel.remove();
            next = toTunnel.peek();
        }
    }

    @Override
    public void write(PacketBatch packets) {
        for (int i = 0; i < packets.size(); i++) {
            ByteBuffer packet = packets.get(i);
            ByteBuffer copy =
                    ByteBuffer.allocate(packet.remaining()).put(packet).flip();
            if (!fromTunnel.offer(copy)) {
                return;
            }
        }
    }

    @Override
    public void close() {
        toTunnel.clear();
    }
}
