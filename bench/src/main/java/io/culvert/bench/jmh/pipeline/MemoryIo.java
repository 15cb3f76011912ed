// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.Coalescer;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * One worker's I/O in memory, in two modes. To set up sessions, packets that are {@linkplain #deliver delivered} or
 * {@linkplain #inject injected} are copied on the heap. During a measurement, a {@link Feed} supplies packets without
 * allocation, and what the worker sends and writes is only counted.
 *
 * <p>{@code allowed}: the total number of packets that the feed may supply; the measuring thread writes it (release),
 * the worker reads it (acquire). {@code woken}: any thread sets it, the worker clears it. Both queues are for all
 * threads. Only the worker uses the other fields.
 */
final class MemoryIo implements WorkerIo {
    /** The most packets in flight, as with a kernel's queue and a sender that waits for acknowledgments. */
    private static final int WINDOW = 32 * Feed.TRAIN;
    /** The interval in nanoseconds after which the worker retries packets that the sink refused. */
    private static final long RETRY = 100_000;

    private static final int HEADROOM = 64;
    private static final int UDP_BYTES = HEADROOM + 65_536 + 64;
    private static final int UDP_BUFFERS = 16;
    private static final int DATA = 4;

    private static final VarHandle ALLOWED;
    private static final VarHandle WOKEN;

    static {
        try {
            ALLOWED = MethodHandles.lookup().findVarHandle(MemoryIo.class, "allowed", long.class);
            WOKEN = MethodHandles.lookup().findVarHandle(MemoryIo.class, "woken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Carries datagrams between hosts. */
    interface Wire {
        /** Delivers a datagram; any thread. */
        void carry(int from, int to, byte[] datagram);
    }

    private record Arrived(int from, byte[] datagram) {}

    private final MemoryHost host;
    private final Wire wire;
    private final Queue<Arrived> datagrams = new ConcurrentLinkedQueue<>();
    private final Queue<byte[]> packets = new ConcurrentLinkedQueue<>();
    private final IoCounters counters = new IoCounters();
    private final UdpEndpoint sender = new UdpEndpoint();
    private final long buffers = Memory.allocate((long) UDP_BUFFERS * UDP_BYTES, 4096);
    private final int[] free = new int[UDP_BUFFERS];
    private int available;
    private volatile Thread owner;
    private volatile Feed feed;
    private volatile Runnable finished;
    private volatile boolean cut;
    private volatile long written;
    private long fed;
    private long done;
    private boolean notified = true;

    @SuppressWarnings("unused") // through ALLOWED
    private long allowed;

    @SuppressWarnings("unused") // through WOKEN
    private int woken;

    MemoryIo(MemoryHost host, Wire wire) {
        this.host = host;
        this.wire = wire;
        while (available < UDP_BUFFERS) {
            free[available] = available++;
        }
    }

    /** Adds a datagram to the receive queue; any thread. */
    void deliver(int from, byte[] datagram) {
        datagrams.add(new Arrived(from, datagram));
        wake();
    }

    /** Adds a packet, virtio-net header first, to the TUN's queue; any thread. */
    void inject(byte[] framed) {
        packets.add(framed);
        wake();
    }

    /** The number of packets written to the TUN before a feed was set; any thread. */
    long written() {
        return written;
    }

    /** Starts a measurement: {@code source} supplies the packets; data messages are counted and dropped. */
    void cut(Feed source, Runnable whenFinished) {
        finished = whenFinished;
        feed = source;
        cut = true;
    }

    /** Allows the feed {@code packetsMore} packets; {@code finished} runs when the worker has processed all of them. */
    void allow(long packetsMore) {
        ALLOWED.setRelease(this, (long) ALLOWED.getOpaque(this) + packetsMore);
        wake();
    }

    @Override
    public void poll() {
        owner = owner == null ? Thread.currentThread() : owner;
    }

    /** Whether the feed may supply packets now. */
    private boolean feeds(boolean fromTun) {
        Feed source = feed;
        return source != null
                && source.isFromTun() == fromTun
                && fed < (long) ALLOWED.getAcquire(this)
                && fed - done < WINDOW;
    }

    @Override
    public boolean isTunReadable() {
        return !packets.isEmpty() || feeds(true);
    }

    @Override
    public int readTun(long address) {
        byte[] packet = packets.poll();
        if (packet != null) {
            Memory.copy(packet, 0, address, packet.length);
            return packet.length;
        }
        if (!feeds(true)) {
            return 0;
        }
        fed += feed.packets();
        notified = false;
        return feed.read(address);
    }

    @Override
    public boolean isTunRemoved() {
        return false;
    }

    @Override
    public boolean isUdpReadable() {
        return !datagrams.isEmpty() || feeds(false);
    }

    @Override
    public boolean hasUdpBuffer() {
        return available > 0;
    }

    @Override
    public int receive(int limit, Sink sink) {
        int count = 0;
        for (; count < limit && available > 0; count++) {
            Arrived arrived = datagrams.poll();
            if (arrived != null) {
                int length = arrived.datagram.length;
                int buffer = takeUdp();
                Memory.copy(arrived.datagram, 0, udp(buffer), length);
                sender.setIpv4(arrived.from, MemoryHost.PORT);
                sink.onDatagrams(buffer, udp(buffer), length, limit(buffer), length, sender, 0);
            } else if (feeds(false)) {
                fed += feed.packets();
                notified = false;
                feed.receive(this, sink);
            } else {
                break;
            }
        }
        return count;
    }

    @Override
    public int groKinds() {
        return Coalescer.ALL;
    }

    /** Takes a free buffer for datagrams; only if {@link #hasUdpBuffer}. */
    int takeUdp() {
        return free[--available];
    }

    /** The address of a buffer's first datagram. */
    long udp(int buffer) {
        return buffers + (long) buffer * UDP_BYTES + HEADROOM;
    }

    /** The end address of a buffer. */
    long limit(int buffer) {
        return buffers + (long) (buffer + 1) * UDP_BYTES - 64;
    }

    @Override
    public void writeTun(long address, int length) {
        Feed source = feed;
        if (source == null) {
            written++;
        } else {
            done += source.packetsWritten(length);
        }
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        if (cut && Memory.getInt(address) == DATA) {
            done += (length + segment - 1) / segment;
            return;
        }
        for (int at = 0; at < length; at += segment) {
            byte[] datagram = new byte[Math.min(segment, length - at)];
            Memory.copy(address + at, datagram, 0, datagram.length);
            wire.carry(host.address(), (int) to.low(), datagram);
        }
    }

    @Override
    public void flush() {
        if (!notified && done >= (long) ALLOWED.getAcquire(this)) {
            notified = true;
            finished.run();
        }
    }

    @Override
    public void releaseUdp(int buffer) {
        free[available++] = buffer;
    }

    @Override
    public void attach(UdpPort port) {
        // Sends need no socket.
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        if ((int) WOKEN.getAndSet(this, 0) == 0) {
            // Nothing wakes the worker when the sink has capacity again: retry packets that it refused.
            LockSupport.parkNanos(fed < (long) ALLOWED.getAcquire(this) ? Math.min(nanos, RETRY) : nanos);
        }
    }

    @Override
    public long runDelay() {
        return 0;
    }

    @Override
    public void wake() {
        WOKEN.setVolatile(this, 1);
        LockSupport.unpark(owner);
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
