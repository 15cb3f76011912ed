// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.Tun;
import io.culvert.engine.io.WorkerIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A TUN whose packets, each with its virtio-net header in front, come from and go to a test. Thread-safe, but for the
 * listener's calls, which come on the test's thread.
 */
public final class MemoryTun implements Tun {
    private final MemoryPlatform platform;
    private final String name;
    private final List<Queue<byte[]>> outgoing = new ArrayList<>();
    private final Queue<byte[]> incoming = new ConcurrentLinkedQueue<>();
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

    /** Sends a packet into the tunnel; {@code packet} has no virtio-net header, and needs none. */
    public void send(byte[] packet) {
        byte[] framed = new byte[WorkerIo.VNET_HEADER_BYTES + packet.length];
        System.arraycopy(packet, 0, framed, WorkerIo.VNET_HEADER_BYTES, packet.length);
        sendFramed(framed);
    }

    /** Sends a packet or super-packet with its virtio-net header into the tunnel. */
    public void sendFramed(byte[] framed) {
        int queue = platform.steer(0);
        outgoing.get(queue).add(framed);
        platform.arrived(queue);
    }

    /** What came out of the tunnel since the last call: packets and super-packets with their virtio-net headers. */
    public List<byte[]> received() {
        List<byte[]> packets = new ArrayList<>();
        for (byte[] packet; (packet = incoming.poll()) != null; ) {
            packets.add(packet);
        }
        return packets;
    }

    /** Sets the link up or down. */
    public void setLink(boolean nowUp) {
        up = nowUp;
        if (listener != null) {
            listener.onLink(nowUp);
        }
    }

    /** Changes the MTU. */
    public void setMtu(int bytes) {
        mtu = bytes;
        if (listener != null) {
            listener.onMtu(bytes);
        }
    }

    /** Removes the interface, as its user may at any time. */
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
        incoming.add(framed);
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
