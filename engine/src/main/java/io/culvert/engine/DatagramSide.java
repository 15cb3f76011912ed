// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import static io.culvert.engine.io.IoCounters.Counter.UDP_RECEIVES;
import static io.culvert.engine.io.IoCounters.Counter.UDP_SENDS;
import static io.culvert.engine.io.IoCounters.Counter.UDP_SEND_DROPS;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import io.culvert.ring.BufferPool;
import java.net.InetSocketAddress;

/**
 * One worker's part of a {@link DatagramTransport}. One worker receives; all send, in turn, under the monitor of {@code
 * transport}. Confined to the worker's thread.
 */
final class DatagramSide implements AutoCloseable {
    /** Enough for two full trains of single packets, as the system's sockets have. */
    private static final int BUFFERS = 128;

    private static final int HEADROOM = 64;
    private static final int BUFFER_BYTES = HEADROOM + 64 * 1024;

    private final DatagramTransport transport;
    private final InputSignal signal;
    private final IoCounters counters;
    private final boolean receives;
    private final BufferPool buffers;
    private final DatagramBatch in = new DatagramBatch();
    private final DatagramBatch out = new DatagramBatch();
    private final SendOwner[] owners = new SendOwner[BatchMemory.CAPACITY];
    private final UdpEndpoint from = new UdpEndpoint();
    private final UdpEndpoint lastTo = new UdpEndpoint();
    private InetSocketAddress lastRemote;
    private boolean attached;
    private int next;
    /** The last receive added datagrams, so the transport may have more without a signal. */
    private boolean more;

    DatagramSide(DatagramTransport transport, InputSignal signal, IoCounters counters, boolean receives) {
        this.transport = transport;
        this.signal = signal;
        this.counters = counters;
        this.receives = receives;
        // Of the others' none is ever taken.
        buffers = new BufferPool(receives ? BUFFERS : 1, BUFFER_BYTES);
    }

    void attach(boolean toPort) {
        refuse(0);
        attached = toPort;
    }

    boolean isAttached() {
        return attached;
    }

    boolean isReadable() {
        return receives && attached && (next < in.size() || more || signal.isGiven());
    }

    boolean hasBuffer() {
        return buffers.available() > 0;
    }

    void release(int buffer) {
        buffers.give(buffer);
    }

    boolean hasSurplusMemory() {
        return buffers.hasSurplus();
    }

    void discardSurplusMemory() {
        buffers.discardSurplus();
    }

    int receive(int limit, WorkerIo.Sink sink) {
        int groups = 0;
        while (groups < limit && hasBuffer() && (next < in.size() || fill())) {
            deliver(sink);
            groups++;
        }
        counters.add(UDP_RECEIVES, groups);
        return groups;
    }

    private boolean fill() {
        if (!signal.take() && !more) {
            return false;
        }
        in.memory().clear();
        next = 0;
        transport.receive(in);
        more = in.size() > 0;
        return more;
    }

    /** Delivers datagrams of one sender and one length, of which the last may be shorter, as UDP_GRO does. */
    private void deliver(WorkerIo.Sink sink) {
        int first = next++;
        InetSocketAddress remote = in.remote(first);
        int segment = in.memory().length(first);
        int length = segment;
        int last = segment;
        while (next < in.size()
                && last == segment
                && in.memory().length(next) <= segment
                && length + in.memory().length(next) <= BatchMemory.MAX_BYTES
                && in.remote(next).equals(remote)) {
            last = in.memory().length(next++);
            length += last;
        }
        int buffer = buffers.take();
        long payload = buffers.address(buffer) + HEADROOM;
        Memory.copy(in.memory().address(first), payload, length);
        from.set(remote);
        sink.onDatagrams(buffer, payload, length, buffers.address(buffer) + BUFFER_BYTES, segment, from, 0);
    }

    void send(long address, int length, int segment, UdpEndpoint to, SendOwner owner) {
        InetSocketAddress remote = remote(to);
        for (int at = 0; at < length; at += segment) {
            int bytes = Math.min(segment, length - at);
            if (!out.add(address + at, bytes, remote)) {
                flush();
                out.add(address + at, bytes, remote);
            }
            owners[out.size() - 1] = owner;
        }
    }

    /** The address in Java's form, made anew only when it is another than the last time. */
    private InetSocketAddress remote(UdpEndpoint to) {
        if (lastRemote == null || !lastTo.sameRemote(to)) {
            lastTo.copyFrom(to);
            lastRemote = to.toSocketAddress();
        }
        return lastRemote;
    }

    void flush() {
        if (out.size() == 0) {
            return;
        }
        int taken = 0;
        if (attached) {
            synchronized (transport) {
                taken = Math.clamp(transport.send(out), 0, out.size());
            }
        }
        counters.add(UDP_SENDS, taken);
        refuse(taken);
    }

    /** Tells the owners of queued datagrams, from one on, that they are lost, and empties the queue. */
    private void refuse(int first) {
        for (int i = first; i < out.size(); i++) {
            counters.add(UDP_SEND_DROPS, 1);
            if (owners[i] != null) {
                owners[i].onRefused(1, out.memory().length(i));
            }
        }
        out.memory().clear();
    }

    @Override
    public void close() {
        signal.serve(null);
        buffers.close();
        in.memory().close();
        out.memory().close();
    }
}
