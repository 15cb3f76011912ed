// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Reads all input and keeps copies, datagrams one by one; returns the buffers unless {@link #hold} is set. */
final class Arrivals implements WorkerIo.Sink {
    /** A datagram. */
    record Datagram(byte[] payload, UdpEndpoint from, int ecn) {}

    private static final long TIMEOUT_NANOS = 10_000_000_000L;
    private static final int LIMIT = 16;

    final List<Datagram> datagrams = new ArrayList<>();
    final Deque<byte[]> packets = new ArrayDeque<>();
    final List<Integer> held = new ArrayList<>();
    final WorkerIo io;
    boolean hold;
    boolean full;
    int groups;
    private final long buffer = Memory.allocate(WorkerIo.TUN_BUFFER_BYTES, 64);

    Arrivals(WorkerIo io) {
        this.io = io;
    }

    /** Reads until all sources are empty, or nothing while {@link #full}; returns the number of packets and groups. */
    int poll() {
        io.poll();
        int count = 0;
        while (!full && io.isTunReadable()) {
            int length = io.readTun(buffer);
            if (length > 0) {
                byte[] packet = new byte[length];
                Memory.copy(buffer, packet, 0, length);
                packets.add(packet);
                count++;
            }
        }
        while (!full && io.isUdpReadable() && io.hasUdpBuffer()) {
            count += io.receive(LIMIT, this);
        }
        return count;
    }

    @Override
    public void onDatagrams(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        groups++;
        assertThat(address + length).isLessThanOrEqualTo(limit);
        // The 64 bytes in front are writable.
        Memory.zero(address - 64, 64);
        for (int at = 0; at < length; at += segment) {
            byte[] payload = new byte[Math.min(segment, length - at)];
            Memory.copy(address + at, payload, 0, payload.length);
            UdpEndpoint copy = new UdpEndpoint();
            copy.copyFrom(from);
            datagrams.add(new Datagram(payload, copy, ecn));
        }
        if (hold) {
            held.add(buffer);
        } else {
            io.releaseUdp(buffer);
        }
    }

    /** Polls and parks until {@code done}; fails after 10 s. */
    void until(BooleanSupplier done) {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            if (poll() == 0) {
                io.park(100_000_000, 0);
            }
        }
    }

    /** Frees the memory. */
    void close() {
        Memory.free(buffer);
    }

    List<byte[]> payloads() {
        return datagrams.stream().map(Datagram::payload).toList();
    }
}
