// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A worker's I/O of which the packets, the datagrams or both are the program's, and the rest the system's.
 *
 * <p>Confined to the thread that constructs it, except {@link #wake}. {@code woken} is set by any thread, and taken by
 * the worker before it sleeps; it serves where nothing is the system's.
 */
final class EmbeddedIo implements WorkerIo {
    private final Thread owner = Thread.currentThread();
    private final AtomicBoolean woken = new AtomicBoolean();
    /** {@code null} if both are the program's. */
    private final WorkerIo system;

    private final IoCounters counters;
    /** {@code null} if the packets are those of the system's interface. */
    private final PacketSide packets;
    /** {@code null} if the datagrams are those of the system's sockets. */
    private final DatagramSide datagrams;

    EmbeddedIo(WorkerIo system, IoCounters counters, PacketSide packets, DatagramSide datagrams) {
        this.system = system;
        this.counters = counters;
        this.packets = packets;
        this.datagrams = datagrams;
    }

    @Override
    public void poll() {
        if (system != null) {
            system.poll();
        }
    }

    @Override
    public boolean isTunReadable() {
        return packets == null ? system.isTunReadable() : packets.isReadable();
    }

    @Override
    public int readTun(long address) {
        return packets == null ? system.readTun(address) : packets.read(address);
    }

    @Override
    public void softwareSegmentation() {
        if (packets == null) {
            system.softwareSegmentation();
        }
    }

    @Override
    public boolean isTunRemoved() {
        return packets == null && system.isTunRemoved();
    }

    @Override
    public boolean isUdpReadable() {
        return datagrams == null ? system.isUdpReadable() : datagrams.isReadable();
    }

    @Override
    public boolean hasUdpBuffer() {
        return datagrams == null ? system.hasUdpBuffer() : datagrams.hasBuffer();
    }

    @Override
    public int receive(int limit, Sink sink) {
        return datagrams == null ? system.receive(limit, sink) : datagrams.receive(limit, sink);
    }

    @Override
    public void releaseUdp(int buffer) {
        if (datagrams == null) {
            system.releaseUdp(buffer);
        } else {
            datagrams.release(buffer);
        }
    }

    @Override
    public int groKinds() {
        return packets == null ? system.groKinds() : 0;
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        if (packets == null) {
            system.writeTun(queue, address, length);
        } else {
            packets.write(address, length);
        }
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp, SendOwner owner) {
        if (datagrams == null) {
            system.send(address, length, segment, to, ecn, dscp, owner);
        } else {
            datagrams.send(address, length, segment, to, owner);
        }
    }

    @Override
    public int routes() {
        if (datagrams == null) {
            return system.routes();
        }
        return datagrams.isAttached() ? 1 : 0;
    }

    @Override
    public boolean isRouted(UdpEndpoint to) {
        return datagrams != null || system.isRouted(to);
    }

    @Override
    public void flush() {
        if (packets != null) {
            packets.flush();
        }
        if (datagrams != null) {
            datagrams.flush();
        }
        if (system != null) {
            system.flush();
        }
    }

    @Override
    public void attach(UdpPort port) {
        if (datagrams == null) {
            system.attach(port);
        } else {
            datagrams.attach(port != null);
        }
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        if (system != null) {
            // The system does not see the program's input, which must not wait for its next event.
            system.park(nanos, minWaitNanos);
        } else if (!woken.getAndSet(false)) {
            LockSupport.parkNanos(this, nanos);
            woken.set(false);
        }
    }

    @Override
    public void wake() {
        if (system != null) {
            system.wake();
        } else {
            woken.set(true);
            LockSupport.unpark(owner);
        }
    }

    @Override
    public long runDelay() {
        return system == null ? 0 : system.runDelay();
    }

    @Override
    public boolean hasSurplusMemory() {
        return datagrams != null && datagrams.hasSurplusMemory() || system != null && system.hasSurplusMemory();
    }

    @Override
    public void discardSurplusMemory() {
        if (datagrams != null) {
            datagrams.discardSurplusMemory();
        }
        if (system != null) {
            system.discardSurplusMemory();
        }
    }

    @Override
    public IoCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        if (packets != null) {
            packets.close();
        }
        if (datagrams != null) {
            datagrams.close();
        }
        if (system != null) {
            system.close();
        }
    }
}
