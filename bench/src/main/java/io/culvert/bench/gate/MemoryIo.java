// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.Coalescer;
import io.culvert.natives.Memory;
import java.util.ArrayDeque;

/**
 * The I/O of an end's only worker, in memory. A send copies once, as the kernel does, into the other end's buffers.
 * Writes to the TUN are counted. One thread; does not allocate after its creation.
 */
final class MemoryIo implements WorkerIo {
    private static final int BUFFERS = 16;
    private static final int HEADROOM = 64;
    private static final int BUFFER_BYTES = 72 * 1024;
    private static final int PORT = 51_820;

    private final long buffers = Memory.allocate((long) BUFFERS * BUFFER_BYTES, 64);
    private final int[] lengths = new int[BUFFERS];
    private final int[] segments = new int[BUFFERS];
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final ArrayDeque<Integer> arrived = new ArrayDeque<>();
    private final UdpEndpoint from = new UdpEndpoint();
    private final IoCounters counters = new IoCounters();
    private MemoryIo other;
    private long packet;
    private int packetBytes;
    private long written;

    /** {@code otherAddress} is the source address of the datagrams that the other end sends. */
    MemoryIo(int otherAddress) {
        for (int i = 0; i < BUFFERS; i++) {
            free.add(i);
        }
        from.setIpv4(otherAddress, PORT);
        from.setSource(0, 0, 1);
    }

    /** Sets the receiver of all sends. */
    void connect(MemoryIo end) {
        other = end;
    }

    /** Makes a packet, virtio-net header first, readable from the TUN. It must not change until it is read. */
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
    public void poll() {
        // The queues are readable without a system call.
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
    public boolean isTunRemoved() {
        return false;
    }

    @Override
    public boolean isUdpReadable() {
        return !arrived.isEmpty();
    }

    @Override
    public boolean hasUdpBuffer() {
        return true;
    }

    @Override
    public int receive(int limit, Sink sink) {
        int count = 0;
        for (Integer buffer; count < limit && (buffer = arrived.poll()) != null; count++) {
            long base = buffers + (long) buffer * BUFFER_BYTES;
            sink.onDatagrams(buffer, base + HEADROOM, lengths[buffer], base + BUFFER_BYTES, segments[buffer], from, 0);
        }
        return count;
    }

    @Override
    public int groKinds() {
        return Coalescer.ALL;
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        other.arrive(address, length, segment);
    }

    private void arrive(long address, int length, int segment) {
        Integer buffer = free.poll();
        if (buffer != null) {
            Memory.copy(address, buffers + (long) buffer * BUFFER_BYTES + HEADROOM, length);
            lengths[buffer] = length;
            segments[buffer] = segment;
            arrived.add(buffer);
        }
    }

    @Override
    public void writeTun(long address, int length) {
        written += length;
    }

    @Override
    public void releaseUdp(int buffer) {
        free.add(buffer);
    }

    @Override
    public void flush() {
        // Sends and writes are not deferred.
    }

    @Override
    public void attach(UdpPort port) {
        // The only port is always open.
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        throw new UnsupportedOperationException("the caller runs each duty cycle; the worker never parks");
    }

    @Override
    public long runDelay() {
        return 0;
    }

    @Override
    public void wake() {
        // The worker never parks.
    }

    @Override
    public IoCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        Memory.free(buffers);
    }
}
