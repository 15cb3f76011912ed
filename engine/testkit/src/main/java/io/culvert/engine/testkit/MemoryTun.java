// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.WorkerIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A TUN whose packets, each behind its virtio-net header, a test sends and receives. Thread-safe; the listener is
 * called on the test's thread.
 */
public final class MemoryTun implements Tun {
    /**
     * A packet or super-packet that came out of the tunnel.
     *
     * @param nanos when it was written, by the platform's clock
     * @param framed the packet behind its virtio-net header
     */
    public record Write(long nanos, byte[] framed) {}

    private final MemoryPlatform platform;
    private final String name;
    private final List<Queue<byte[]>> outgoing = new ArrayList<>();
    private final Queue<Write> incoming = new ConcurrentLinkedQueue<>();
    private Listener listener;
    private boolean up;
    private volatile int mtu = 1420;
    private volatile boolean removed;

    MemoryTun(MemoryPlatform platform, String name, int queues) {
        this.platform = platform;
        this.name = name;
        for (int i = 0; i < queues; i++) {
            outgoing.add(new ConcurrentLinkedQueue<>());
        }
    }

    /** Sends a packet without a virtio-net header into the tunnel; it gets an empty one. */
    public void send(byte[] packet) {
        send(packet, 0);
    }

    /** The same through the queue of worker {@code worker}. */
    public void send(byte[] packet, int worker) {
        byte[] framed = new byte[WorkerIo.VNET_HEADER_BYTES + packet.length];
        System.arraycopy(packet, 0, framed, WorkerIo.VNET_HEADER_BYTES, packet.length);
        enqueue(framed, worker);
    }

    /** Sends a packet or super-packet behind its virtio-net header into the tunnel. */
    public void sendFramed(byte[] framed) {
        sendFramed(framed, 0);
    }

    /** The same through the queue of worker {@code worker}. */
    public void sendFramed(byte[] framed, int worker) {
        enqueue(framed, worker);
    }

    private void enqueue(byte[] framed, int worker) {
        int queue = platform.steer(worker);
        outgoing.get(queue).add(framed);
        platform.arrived(queue);
    }

    /**
     * The packets and super-packets, each behind its virtio-net header, that came out of the tunnel since the last
     * call.
     */
    public List<byte[]> received() {
        return writes().stream().map(Write::framed).toList();
    }

    /** The same with their times. */
    public List<Write> writes() {
        List<Write> writes = new ArrayList<>();
        for (Write write; (write = incoming.poll()) != null; ) {
            writes.add(write);
        }
        return writes;
    }

    /** The number of packets and super-packets that no worker has read yet. */
    public int waiting() {
        return outgoing.stream().mapToInt(Queue::size).sum();
    }

    /** Sets the link up or down. */
    public void setLink(boolean nowUp) {
        up = nowUp;
        if (listener != null) {
            listener.onLink(nowUp);
        }
    }

    /** Sets the link down and up again, which the listener hears of only now. */
    public void restart() {
        listener.onRestart();
    }

    /** Changes the MTU. */
    public void setMtu(int bytes) {
        mtu = bytes;
        if (listener != null) {
            listener.onMtu(bytes);
        }
    }

    /** Removes the interface, as an administrator may at any time. */
    public void remove() {
        removed = true;
        for (int i = 0; i < outgoing.size(); i++) {
            platform.arrived(i);
        }
        if (listener != null) {
            listener.onRemoved();
        }
    }

    boolean isRemoved() {
        return removed;
    }

    byte[] poll(int queue) {
        return outgoing.get(queue).poll();
    }

    boolean hasOutgoing(int queue) {
        return !outgoing.get(queue).isEmpty();
    }

    void write(byte[] framed) {
        incoming.add(new Write(platform.clock().nanos(), framed));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int queues() {
        return outgoing.size();
    }

    /** Always empty: nothing refuses this interface anything. */
    @Override
    public List<Shortfall> shortfalls() {
        return List.of();
    }

    @Override
    public void listen(Listener newListener) {
        listener = newListener;
        newListener.onMtu(mtu);
        newListener.onLink(up);
    }

    @Override
    public void close() {
        removed = true;
    }
}
