// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunQueues;
import io.culvert.engine.linux.udp.DatagramReceiver;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketPort;
import io.culvert.engine.packet.Coalescer;
import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.engine.schedule.ReadableSockets;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.EventFd;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.PacketMemory;
import io.culvert.natives.linux.Refusals;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;

/** The code that both backends share: reads, send queues, and the fallback for refused TUN writes. */
abstract class LinuxIo implements WorkerIo {
    /** A train holds its buffers until it is committed. This is enough for two full trains of single packets. */
    private static final int UDP_BUFFERS = 128;
    /** In place of a descriptor; poll(2) ignores it. */
    static final int NO_TUN = -1;

    private static final Logger LOG = System.getLogger(LinuxIo.class.getName());

    private final TunQueues device;
    final int worker;
    final CallState calls = new CallState();
    final IoCounters counters = new IoCounters();
    final EventFd wakeup = new EventFd();
    final SendQueue ipv4 = new SendQueue(calls, counters);
    final SendQueue ipv6 = new SendQueue(calls, counters);
    private final DatagramReceiver receiver = new DatagramReceiver(UDP_BUFFERS, calls, counters);
    private final Refusals tunRefusals = new Refusals("read of the TUN", linux_h.EAGAIN);
    private final RunDelay runDelay = new RunDelay(calls);
    private final Segmenter segmenter = new Segmenter();
    private final long segment = PacketMemory.map(TUN_BUFFER_BYTES);
    /**
     * The kinds of packets that are written coalesced, as bits of {@link Coalescer}; a refused write clears its kind
     * for good.
     */
    private int groKinds;

    final boolean coalescesWakeups;
    final int tun;
    boolean tunRemoved;
    boolean tunReadable;
    /** The sockets to receive from, of both families. */
    int[] sockets = {};

    ReadableSockets readable = new ReadableSockets(0);
    /** The attached port, or {@code null}. */
    private SocketPort port;

    /** I/O on a queue of an interface, or on sockets alone if {@code device} is {@code null}. */
    LinuxIo(TunQueues device, int worker, Set<Offload> on) {
        this.device = device;
        this.worker = worker;
        tun = device == null ? NO_TUN : device.descriptor(worker);
        groKinds = (on.contains(Offload.TUN_TCP_GRO) ? Coalescer.TCP : 0)
                | (on.contains(Offload.TUN_UDP_GRO) ? Coalescer.UDP : 0)
                | (on.contains(Offload.TUN_VXLAN_GRO) ? Coalescer.VXLAN : 0);
        coalescesWakeups = on.contains(Offload.WAKEUP_COALESCING);
    }

    @Override
    public final boolean isTunReadable() {
        return tunReadable;
    }

    @Override
    public final int readTun(long address) {
        counters.add(Counter.SYSCALLS, 1);
        int length = Linux.read(calls, tun, address, TUN_BUFFER_BYTES);
        if (length > 0) {
            counters.add(Counter.TUN_READS, 1);
            return tunRefusals.check(length);
        }
        tunReadable = false;
        if (length == -linux_h.EBADFD) {
            tunRemoved = true;
        } else {
            tunRefusals.check(length);
        }
        return 0;
    }

    @Override
    public final void softwareSegmentation() {
        device.softwareSegmentation();
    }

    @Override
    public final boolean isTunRemoved() {
        return tunRemoved;
    }

    @Override
    public final boolean isUdpReadable() {
        return readable.any();
    }

    @Override
    public final boolean hasUdpBuffer() {
        return receiver.hasBuffer();
    }

    @Override
    public final int receive(int limit, Sink sink) {
        int socket = readable.next();
        int received = receiver.receive(sockets[socket], limit, sink);
        readable.served(socket, receiver.drained());
        return received;
    }

    @Override
    public final void releaseUdp(int buffer) {
        receiver.release(buffer);
    }

    @Override
    public final boolean hasSurplusMemory() {
        return receiver.hasSurplusMemory();
    }

    @Override
    public final void discardSurplusMemory() {
        receiver.discardSurplusMemory();
    }

    @Override
    public final int groKinds() {
        return groKinds;
    }

    /** Hands one queue's messages to the kernel; it is empty afterwards. */
    abstract void flush(SendQueue queue);

    @Override
    public final void send(
            long address, int length, int segmentBytes, UdpEndpoint to, int ecn, int dscp, SendOwner owner) {
        SendQueue queue = to.isIpv6() ? ipv6 : ipv4;
        if (queue.socket() == SocketPort.NO_SOCKET) {
            counters.add(Counter.UDP_SEND_ERRORS, 1);
            SendQueue.refuse(owner, (length + segmentBytes - 1) / segmentBytes, length);
            return;
        }
        int message = queue.gso() ? length : segmentBytes;
        for (int done = 0; done < length; done += message) {
            if (queue.isFull()) {
                flush(queue);
            }
            int bytes = Math.min(message, length - done);
            queue.add(address + done, bytes, Math.min(segmentBytes, bytes), to, dscp | ecn, owner);
        }
    }

    @Override
    public final int routes() {
        return port == null ? 0 : port.routes();
    }

    @Override
    public final boolean isRouted(UdpEndpoint to) {
        return port == null || port.isRouted(worker, to);
    }

    /** Changes to the sockets of a port, or to none ({@code null}). */
    final void attachSockets(UdpPort newPort) {
        SocketPort opened = (SocketPort) newPort;
        port = opened;
        boolean gso = opened != null && opened.segments();
        sockets = opened == null ? new int[0] : opened.receiveQueues(worker);
        readable = new ReadableSockets(sockets.length);
        ipv4.attach(opened == null ? SocketPort.NO_SOCKET : opened.ipv4(worker), gso);
        ipv6.attach(opened == null ? SocketPort.NO_SOCKET : opened.ipv6(worker), gso);
    }

    /**
     * Counts a TUN write. A refused super-packet is segmented and written again, and its kind is no longer coalesced.
     */
    final void tunWritten(int queue, long address, int length, int result) {
        if (result >= 0) {
            counters.add(Counter.TUN_WRITES, 1);
        } else if (result == -linux_h.EBADFD) {
            tunRemoved = true;
        } else if (result == -linux_h.EINVAL && segmenter.start(address, length) && segmenter.segments() > 1) {
            counters.add(Counter.TUN_GSO_FALLBACKS, 1);
            boolean udp = VirtioNetHeader.gsoType(address) == VirtioNetHeader.GSO_UDP_L4;
            int kind = udp ? Coalescer.UDP : Coalescer.TCP;
            if ((groKinds & kind) != 0) {
                groKinds &= ~kind;
                LOG.log(
                        Level.WARNING,
                        "the TUN refused coalesced {0} packets (EINVAL): they are written one by one from now on",
                        udp ? "UDP" : "TCP");
            }
            writeSegments(queue);
        } else {
            counters.add(Counter.TUN_WRITE_ERRORS, 1);
        }
    }

    private void writeSegments(int queue) {
        while (segmenter.remaining() > 0) {
            VirtioNetHeader.clear(segment);
            int bytes = VirtioNetHeader.BYTES + segmenter.next(segment + VirtioNetHeader.BYTES);
            int written = writeNow(queue, segment, bytes);
            counters.add(written >= 0 ? Counter.TUN_WRITES : Counter.TUN_WRITE_ERRORS, 1);
        }
    }

    final int writeNow(int queue, long address, int length) {
        counters.add(Counter.SYSCALLS, 1);
        return Linux.write(calls, descriptor(queue), address, length);
    }

    /** The descriptor of a TUN queue, also of another worker: any thread may write to any queue. */
    final int descriptor(int queue) {
        return device.descriptor(queue);
    }

    @Override
    public final void wake() {
        wakeup.signal();
    }

    @Override
    public final long runDelay() {
        return runDelay.nanos();
    }

    @Override
    public final IoCounters counters() {
        return counters;
    }

    final void closeCommon() {
        wakeup.close();
        receiver.close();
        runDelay.close();
        ipv4.close();
        ipv6.close();
        PacketMemory.unmap(segment, TUN_BUFFER_BYTES);
    }
}
