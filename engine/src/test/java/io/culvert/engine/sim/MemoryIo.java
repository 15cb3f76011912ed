// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.io.IoCounters.Counter.TUN_READS;
import static io.culvert.engine.io.IoCounters.Counter.TUN_WRITES;
import static io.culvert.engine.io.IoCounters.Counter.UDP_RECEIVES;
import static io.culvert.engine.io.IoCounters.Counter.UDP_SENDS;
import static io.culvert.engine.io.IoCounters.Counter.UDP_SEND_ERRORS;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.Coalescer;
import io.culvert.natives.Memory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One worker's I/O in memory, as strict as the contract allows: it fails whoever gives a buffer back twice or never,
 * uses one after giving it back, changes what was queued before it was flushed, or sends what no socket would take.
 */
public final class MemoryIo implements WorkerIo {
    private static final int HEADROOM = 64;
    private static final int MAX_BYTES = 65_535;
    private static final int MAX_SEGMENTS = 64;
    private static final int UDP_BUFFERS = 16;

    private final MemoryPlatform platform;
    private final int worker;
    private final Buffers udpBuffers = new Buffers(UDP_BUFFERS, HEADROOM + MAX_BYTES);
    private final List<Queued> queued = new ArrayList<>();
    private final IoCounters counters = new IoCounters();
    private final UdpEndpoint from = new UdpEndpoint();
    /** A permit for each wake-up and each arrival, for a worker that parks on a thread. */
    private final Semaphore events = new Semaphore(0);

    private volatile boolean woken;
    private volatile long runDelay;
    private MemoryPort port;
    private Runnable onAttach = () -> {};

    /** A write or send that waits for a flush: its memory and its content; {@code to} is null for the TUN. */
    private record Queued(long address, byte[] content, int segment, Address from, Address to, int ecn, int dscp) {}

    MemoryIo(MemoryPlatform platform, int worker) {
        this.platform = platform;
        this.worker = worker;
    }

    /** The UDP buffers; unused ones are filled with a pattern, so that late readers fail. */
    private static final class Buffers {
        private static final byte PATTERN = (byte) 0xa5;

        private final int bytes;
        private final long slab;
        private final boolean[] inUse;
        private final ArrayDeque<Integer> free = new ArrayDeque<>();

        Buffers(int count, int bytes) {
            this.bytes = bytes;
            slab = Memory.allocate((long) count * bytes, 64);
            inUse = new boolean[count];
            for (int i = 0; i < count; i++) {
                poison(i);
                free.add(i);
            }
        }

        private void poison(int buffer) {
            Memory.segment(address(buffer), bytes).fill(PATTERN);
        }

        boolean hasFree() {
            return !free.isEmpty();
        }

        /** Fair, so that all of them are used. */
        int take() {
            int buffer = free.remove();
            inUse[buffer] = true;
            return buffer;
        }

        void release(int buffer) {
            if (buffer < 0 || buffer >= inUse.length || !inUse[buffer]) {
                throw new AssertionError("UDP buffer " + buffer + " was returned but not in use");
            }
            inUse[buffer] = false;
            poison(buffer);
            free.add(buffer);
        }

        long address(int buffer) {
            return slab + (long) buffer * bytes;
        }

        void close() {
            Memory.free(slab);
            if (free.size() != inUse.length) {
                throw new AssertionError("UDP buffers were never returned: " + Arrays.toString(inUse));
            }
        }
    }

    @Override
    public void poll() {
        // Sources are readable from the moment that something arrives.
    }

    @Override
    public boolean isTunReadable() {
        return platform.tun().hasOutgoing(worker);
    }

    @Override
    public int readTun(long address) {
        byte[] framed = platform.tun().poll(worker);
        if (framed == null) {
            return 0;
        }
        Memory.copy(framed, 0, address, framed.length);
        counters.add(TUN_READS, 1);
        return framed.length;
    }

    @Override
    public boolean isTunRemoved() {
        return platform.tun().isRemoved();
    }

    @Override
    public boolean isUdpReadable() {
        return port != null && !port.arrived(worker).isEmpty();
    }

    @Override
    public boolean hasUdpBuffer() {
        return udpBuffers.hasFree();
    }

    @Override
    public int receive(int limit, Sink sink) {
        Queue<Datagram> arrived = port.arrived(worker);
        int count = 0;
        while (count < limit && udpBuffers.hasFree()) {
            Datagram first = arrived.poll();
            if (first == null) {
                break;
            }
            receive(sink, first, arrived);
            count++;
        }
        return count;
    }

    /** Delivers a datagram with all that UDP_GRO would coalesce with it. */
    private void receive(Sink sink, Datagram first, Queue<Datagram> arrived) {
        int buffer = udpBuffers.take();
        long start = udpBuffers.address(buffer) + HEADROOM;
        long limit = udpBuffers.address(buffer) + HEADROOM + MAX_BYTES;
        int segment = first.payload().length;
        int length = 0;
        int count = 0;
        Datagram next = first;
        do {
            Memory.copy(next.payload(), 0, start + length, next.payload().length);
            length += next.payload().length;
            if (count++ > 0) {
                arrived.remove();
            }
            boolean last = next.payload().length < segment;
            next = last || count == MAX_SEGMENTS ? null : arrived.peek();
        } while (next != null && coalesce(first, next) && length + next.payload().length <= MAX_BYTES);
        counters.add(UDP_RECEIVES, 1);
        first.from().setRemote(from);
        from.setSource(first.to().high(), first.to().low(), 1);
        sink.onDatagrams(buffer, start, length, limit, segment, from, first.ecn());
        // valid during the call only
        from.clear();
    }

    private static boolean coalesce(Datagram first, Datagram next) {
        return next.payload().length > 0
                && next.payload().length <= first.payload().length
                && next.from().equals(first.from())
                && next.to().equals(first.to())
                && next.ecn() == first.ecn();
    }

    @Override
    public void writeTun(long address, int length) {
        check(length > VNET_HEADER_BYTES && length <= MAX_BYTES + VNET_HEADER_BYTES, "a TUN write of " + length);
        queued.add(new Queued(address, content(address, length), length, null, null, 0, 0));
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        int limit = segment < length ? MAX_SEGMENTED_BYTES : MAX_SEND_BYTES;
        check(length >= 1 && length <= limit, "a send of " + length);
        check(segment >= 1 && segment <= length, "segments of " + segment + " in " + length);
        check((length + segment - 1) / segment <= MAX_SEGMENTS, length / segment + " segments");
        check(to.isSet(), "a send to nowhere");
        check(ecn >= 0 && ecn <= 3 && (dscp & ~0xfc) == 0, "TOS " + dscp + " and " + ecn);
        Address source = source(to);
        if (port == null || source == null) {
            counters.add(UDP_SEND_ERRORS, 1);
            return;
        }
        queued.add(new Queued(
                address,
                content(address, length),
                segment,
                source.withPort(port.port()),
                Address.remoteOf(to),
                ecn,
                dscp));
    }

    /** The source that is asked for while the host has it, else what the host sends from. */
    private Address source(UdpEndpoint to) {
        Address asked = new Address(to.isIpv6(), to.sourceHigh(), to.sourceLow(), 0);
        return to.hasSource() && platform.bind().isLocal(asked)
                ? asked
                : platform.bind().source(to.isIpv6());
    }

    private static byte[] content(long address, int length) {
        byte[] bytes = new byte[length];
        Memory.copy(address, bytes, 0, length);
        return bytes;
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    @Override
    public void flush() {
        List<Queued> batch = List.copyOf(queued);
        queued.clear();
        for (Queued item : batch) {
            byte[] now = content(item.address, item.content.length);
            check(Arrays.equals(now, item.content), "what was queued changed before it was flushed");
            if (item.to == null) {
                counters.add(TUN_WRITES, 1);
                platform.tun().write(now);
            } else {
                counters.add(UDP_SENDS, 1);
                for (int at = 0; at < now.length; at += item.segment) {
                    byte[] payload = Arrays.copyOfRange(now, at, Math.min(now.length, at + item.segment));
                    port.network().send(new Datagram(payload, item.from, item.to, item.ecn, item.dscp));
                }
            }
        }
    }

    @Override
    public int groKinds() {
        return Coalescer.ALL;
    }

    @Override
    public void releaseUdp(int buffer) {
        udpBuffers.release(buffer);
    }

    @Override
    public void attach(UdpPort newPort) {
        check(port == null || !port.isClosed(), "the port was closed before its workers detached");
        queued.removeIf(item -> item.to != null);
        port = (MemoryPort) newPort;
        if (port != null) {
            onAttach.run();
        }
    }

    /** Has {@code task} run whenever a port was attached, before anything else. */
    void onAttach(Runnable task) {
        onAttach = task;
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        try {
            if (events.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                events.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something arrived for this worker. Any thread. */
    void arrived() {
        events.release();
    }

    @Override
    public void wake() {
        woken = true;
        events.release();
    }

    /** Takes the wake-up since the last call, if any; for a simulation. */
    boolean takeWakeup() {
        boolean taken = woken;
        woken = false;
        return taken;
    }

    /** Whether a wake-up was not taken yet. */
    boolean isWoken() {
        return woken;
    }

    /** Whether input waits. */
    boolean hasInput() {
        return isTunReadable() || isUdpReadable();
    }

    @Override
    public long runDelay() {
        return runDelay;
    }

    /** Sets the time that the worker has waited for a core so far, in nanoseconds. */
    void setRunDelay(long nanos) {
        runDelay = nanos;
    }

    @Override
    public IoCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        udpBuffers.close();
    }
}
