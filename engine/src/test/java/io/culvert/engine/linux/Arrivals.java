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

/** A sink that keeps copies of what arrives, datagrams taken apart, and gives the buffers back unless told to hold them. */
final class Arrivals implements WorkerIo.Sink {
    /** A datagram. */
    record Datagram(byte[] payload, UdpEndpoint from, int ecn) {}

    private static final long PATIENCE_NANOS = 10_000_000_000L;

    final List<Datagram> datagrams = new ArrayList<>();
    final Deque<byte[]> packets = new ArrayDeque<>();
    final List<Integer> held = new ArrayList<>();
    final WorkerIo io;
    boolean hold;
    boolean full;
    int groups;
    int gone;

    Arrivals(WorkerIo io) {
        this.io = io;
    }

    @Override
    public void onTun(int buffer, long address, int length) {
        byte[] packet = new byte[length];
        Memory.copy(address, packet, 0, length);
        packets.add(packet);
        io.releaseTun(buffer);
    }

    @Override
    public void onUdp(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        groups++;
        assertThat(address + length).isLessThanOrEqualTo(limit);
        // In front there is room to write, as was promised.
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

    @Override
    public boolean takesTun() {
        return !full;
    }

    @Override
    public boolean takesUdp() {
        return !full;
    }

    @Override
    public void onTunGone() {
        gone++;
    }

    /** Polls and parks until something is so; fails when it takes too long. */
    void until(BooleanSupplier done) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            if (io.poll(this) == 0) {
                io.park(100_000_000, 0);
            }
        }
    }

    List<byte[]> payloads() {
        return datagrams.stream().map(Datagram::payload).toList();
    }
}
