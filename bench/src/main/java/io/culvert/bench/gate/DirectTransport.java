// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.MemoryIo;
import io.culvert.engine.testkit.Transport;
import io.culvert.natives.Memory;

/**
 * One end of a direct connection between the only workers of two devices. A send copies the datagrams once, as the
 * kernel does, into a buffer of the other end; writes to the TUN are counted. Both devices are stepped by one thread;
 * it allocates nothing.
 */
final class DirectTransport implements Transport {
    /** A power of two, and at least as many as an end has buffers. */
    private static final int CAPACITY = 16;

    private final UdpEndpoint from = new UdpEndpoint();
    private final int[] buffers = new int[CAPACITY];
    private final int[] lengths = new int[CAPACITY];
    private final int[] segments = new int[CAPACITY];
    private int head;
    private int tail;
    private MemoryIo io;
    private DirectTransport other;
    private long packet;
    private int packetBytes;
    private long written;

    /** An end whose datagrams come from the IPv4 address {@code otherEnd}. */
    DirectTransport(Address otherEnd) {
        from.setIpv4((int) otherEnd.low(), otherEnd.port());
        from.setSource(0, 0, 1);
    }

    /** Connects two ends with the I/O that they serve. */
    static void connect(MemoryIo one, MemoryIo another) {
        DirectTransport first = (DirectTransport) one.transport();
        DirectTransport second = (DirectTransport) another.transport();
        first.io = one;
        first.other = second;
        second.io = another;
        second.other = first;
    }

    /** Makes a packet, virtio-net header first, readable from the TUN; the memory stays unchanged until it is read. */
    void offer(long address, int length) {
        packet = address;
        packetBytes = length;
    }

    /** Bytes written to the TUN since the last call, virtio-net headers included. */
    long takeWritten() {
        long taken = written;
        written = 0;
        return taken;
    }

    @Override
    public boolean isTunReadable() {
        return packetBytes > 0;
    }

    @Override
    public int readTun(long address) {
        int length = packetBytes;
        Memory.copy(packet, address, length);
        packetBytes = 0;
        return length;
    }

    @Override
    public boolean isUdpReadable() {
        return head != tail;
    }

    @Override
    public int receive(MemoryIo receiver, WorkerIo.Sink sink) {
        if (head == tail) {
            return -1;
        }
        int slot = head++ & CAPACITY - 1;
        int buffer = buffers[slot];
        sink.onDatagrams(buffer, io.payload(buffer), lengths[slot], io.limit(buffer), segments[slot], from, 0);
        return lengths[slot];
    }

    @Override
    public boolean send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        return other.arrive(address, length, segment);
    }

    private boolean arrive(long address, int length, int segment) {
        // The worker receives only while a buffer is free, although these datagrams already have theirs.
        if (io.freeBuffers() < 2) {
            return false;
        }
        int slot = tail++ & CAPACITY - 1;
        int buffer = io.takeBuffer();
        Memory.copy(address, io.payload(buffer), length);
        buffers[slot] = buffer;
        lengths[slot] = length;
        segments[slot] = segment;
        return true;
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        written += length;
    }
}
