// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import java.util.Queue;

/**
 * The packets of a {@link MemoryTun}'s queue and the datagrams of a {@link MemoryNetwork}. Datagrams that UDP_GRO would
 * coalesce are delivered in one group.
 */
public final class NetworkTransport implements Transport {
    private static final int MAX_BYTES = 65_535;
    private static final int MAX_SEGMENTS = 64;

    private final MemoryPlatform host;
    private final int worker;
    private final UdpEndpoint from = new UdpEndpoint();
    private MemoryPort port;

    /** The transport of worker {@code worker} of {@code host}. */
    public NetworkTransport(MemoryPlatform host, int worker) {
        this.host = host;
        this.worker = worker;
    }

    @Override
    public boolean isTunReadable() {
        return host.tun().hasOutgoing(worker);
    }

    @Override
    public int readTun(long address) {
        byte[] framed = host.tun().poll(worker);
        if (framed == null) {
            return 0;
        }
        Memory.copy(framed, 0, address, framed.length);
        return framed.length;
    }

    @Override
    public boolean isTunRemoved() {
        return host.tun().isRemoved();
    }

    @Override
    public boolean isUdpReadable() {
        return port != null && !port.arrived(worker).isEmpty();
    }

    @Override
    public int receive(MemoryIo io, WorkerIo.Sink sink) {
        Queue<Datagram> arrived = port.arrived(worker);
        Datagram first = arrived.poll();
        if (first == null) {
            return -1;
        }
        int buffer = io.takeBuffer();
        long start = io.payload(buffer);
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
        } while (next != null && coalesces(first, next) && length + next.payload().length <= MAX_BYTES);
        first.from().setRemote(from);
        from.setSource(first.to().high(), first.to().low(), host.bind().interfaceOf(first.to()));
        sink.onDatagrams(buffer, start, length, io.limit(buffer), segment, from, first.ecn());
        // The sink may use the endpoint only during the call.
        from.clear();
        return length;
    }

    private static boolean coalesces(Datagram first, Datagram next) {
        return next.payload().length > 0
                && next.payload().length <= first.payload().length
                && next.from().equals(first.from())
                && next.to().equals(first.to())
                && next.ecn() == first.ecn();
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        host.tun().write(bytes(address, length));
    }

    @Override
    public boolean send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        Address source = source(to);
        if (port == null || source == null || host.bind().isUnreachable() || to.isIpv6() && !port.hasIpv6()) {
            return false;
        }
        Address sender = source.withPort(port.port());
        Address receiver = Address.remoteOf(to);
        for (int at = 0; at < length; at += segment) {
            byte[] payload = bytes(address + at, Math.min(segment, length - at));
            port.network().send(new Datagram(payload, sender, receiver, ecn, dscp));
        }
        return true;
    }

    @Override
    public int routes() {
        return port == null ? 0 : host.bind().routes();
    }

    @Override
    public boolean isRouted(UdpEndpoint to) {
        return host.bind().isRouted(sourceOf(to), to.sourceInterface());
    }

    /** The requested source while the host has it, else the address from which the host sends. */
    private Address source(UdpEndpoint to) {
        Address requested = sourceOf(to);
        return to.usesSource() && host.bind().isLocal(requested)
                ? requested
                : host.bind().source(to.isIpv6());
    }

    private static Address sourceOf(UdpEndpoint to) {
        return new Address(to.isIpv6(), to.sourceHigh(), to.sourceLow(), 0);
    }

    private static byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        Memory.copy(address, bytes, 0, length);
        return bytes;
    }

    @Override
    public void attach(UdpPort newPort) {
        if (port != null && port.isClosed()) {
            throw new AssertionError("the port was closed before its workers detached");
        }
        port = (MemoryPort) newPort;
    }
}
