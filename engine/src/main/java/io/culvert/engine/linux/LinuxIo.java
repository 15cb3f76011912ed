package io.culvert.engine.linux;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketPort;
import io.culvert.engine.packet.Coalescer;
import io.culvert.engine.packet.FlowHash;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.engine.schedule.ArrivalQueue;
import io.culvert.engine.schedule.DeliveryPacer;
import io.culvert.engine.schedule.TunIngressQueue;
import io.culvert.natives.CallState;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.ring.BufferPool;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;

/** What the two ways of doing I/O have in common: queues of sends, what to do when a TUN write is refused, and waking. */
abstract class LinuxIo implements WorkerIo {
    /** A super-packet with its virtio-net header, or 64 KiB of datagrams with {@link #HEADROOM} in front. */
    static final int BUFFER_BYTES = 65_664;
    /** What lies in front of received payloads. */
    static final int HEADROOM = 64;

    /** How long to sleep while what is there cannot be taken. */
    static final long STALL_NANOS = 100_000;

    /** Trains hold theirs until they are committed: enough for two full trains of single packets. */
    private static final int UDP_BUFFERS = 128;
    /** System calls by which one poll receives from each socket, so that the TUN gets its turn. */
    private static final int RECEIVES = 4;

    /** Packets of the TUN that can be read ahead of their turn. */
    private static final int TUN_BUFFERS = 64;
    /** What one poll takes from the TUN, so that the sockets get their turn, and the working set stays in the cache. */
    private static final int TUN_BYTES = 256 << 10;

    /** The same while there is somebody to go first, who waits as long as this takes: two super-packets. */
    private static final int HURRIED_BYTES = 128 << 10;
    /** How long after the last one somebody is expected. */
    private static final long HURRY_NANOS = 250_000_000L;

    private static final Logger LOG = System.getLogger(LinuxIo.class.getName());

    final int worker;
    final CallState calls = new CallState();
    final IoCounters counters = new IoCounters();
    final Wakeup wakeup = new Wakeup();
    final SendQueue ipv4 = new SendQueue(calls, counters);
    final SendQueue ipv6 = new SendQueue(calls, counters);
    private final BufferPool udpBuffers = new BufferPool(UDP_BUFFERS, BUFFER_BYTES);
    private final DatagramReceiver receiver = new DatagramReceiver(udpBuffers, calls, counters);
    final DeliveryPacer pacing = new DeliveryPacer();
    private final RunDelay runDelay = new RunDelay(calls);
    private final Segmenter segmenter = new Segmenter();
    private final long segment = Memory.allocate(BUFFER_BYTES, 64);
    private boolean goneTold;
    /** What the TUN takes joined; what the kernel once refused it does not take any more. */
    private int joins;

    final boolean gathers;
    int tun;
    boolean tunGone;
    // Whether a source has more, as far as is known.
    boolean ipv4Ready;
    boolean ipv6Ready;
    boolean tunReady;
    // Whether the sink took no more.
    private boolean udpStalled;
    private boolean tunStalled;

    private final BufferPool tunBuffers = new BufferPool(TUN_BUFFERS, BUFFER_BYTES);
    private final TunIngressQueue tunArrivals = new TunIngressQueue(TUN_BUFFERS);
    /** When a packet came that had reason to go before others; acknowledgements come all the time where TCP goes both ways. */
    private long lastHurried = System.nanoTime() - HURRY_NANOS;

    LinuxIo(TunDevice device, int worker, Set<Offload> on) {
        this.worker = worker;
        tun = device.descriptor(worker);
        joins = (on.contains(Offload.TUN_TCP_GRO) ? Coalescer.TCP : 0)
                | (on.contains(Offload.TUN_UDP_GRO) ? Coalescer.UDP : 0)
                | (on.contains(Offload.TUN_VXLAN_GRO) ? Coalescer.VXLAN : 0);
        gathers = on.contains(Offload.GATHER);
    }

    /** Hands what is there, as far as is known, to the sink; returns what {@link #poll} is to return. */
    final int take(Sink sink) {
        long now = System.nanoTime();
        int found = wakeup.take() ? 1 : 0;
        found += takeUdp(sink, now);
        found += takeTun(sink, now);
        return found + tellIfGone(sink);
    }

    /** Receives what the sockets have, one system call after the other; returns how many datagram groups it was. */
    private int takeUdp(Sink sink, long now) {
        if (pacing.hold(now) > 0) {
            return 0;
        }
        pacing.begin(now);
        boolean bursts = pacing.expectsBursts(now);
        int most = bursts ? 1 : DatagramReceiver.SLOTS;
        int found = 0;
        for (int i = bursts ? DeliveryPacer.TURN : RECEIVES; i > 0 && (ipv4Ready || ipv6Ready); i--) {
            if (ipv4Ready) {
                found += receiver.receive(ipv4.socket(), sink.takesUdp() ? most : 0, sink);
                ipv4Ready = !receiver.drained();
            }
            if (ipv6Ready) {
                found += receiver.receive(ipv6.socket(), sink.takesUdp() ? most : 0, sink);
                ipv6Ready = !receiver.drained();
            }
            if (bursts && receiver.isLarge()) {
                break;
            }
        }
        udpStalled = !sink.takesUdp();
        return found;
    }

    /**
     * Reads from the TUN, packet by packet so that each is taken while it is in the cache; ahead only while somebody is expected who is
     * to go first.
     */
    private int takeTun(Sink sink, long now) {
        boolean hurried = now - lastHurried < HURRY_NANOS;
        int found = 0;
        for (long bytes = 0; bytes < (hurried ? HURRIED_BYTES : TUN_BYTES) && sink.takesTun(); found++) {
            while (tunReady && tunArrivals.size() < (hurried ? TUN_BUFFERS : 1) && tunBuffers.available() > 0) {
                readTun(now);
            }
            if (tunArrivals.size() == 0 || found == TUN_BUFFERS) {
                break;
            }
            long arrival = tunArrivals.remove();
            int buffer = ArrivalQueue.buffer(arrival);
            int length = ArrivalQueue.length(arrival);
            bytes += length;
            counters.add(Counter.TUN_READS, 1);
            sink.onTun(buffer, tunBuffers.address(buffer), length);
        }
        tunStalled = !sink.takesTun();
        return found;
    }

    private void readTun(long now) {
        int buffer = tunBuffers.take();
        counters.add(Counter.SYSCALLS, 1);
        int length = Linux.read(calls, tun, tunBuffers.address(buffer), BUFFER_BYTES);
        if (length > 0) {
            long packet = tunBuffers.address(buffer) + VNET_HEADER_BYTES;
            int bytes = length - VNET_HEADER_BYTES;
            boolean goesFirst = tunArrivals.add(buffer, length, FlowHash.of(packet, bytes), now);
            if (goesFirst && !IpPacket.isBareAck(packet, bytes)) {
                lastHurried = now;
            }
        } else {
            tunBuffers.give(buffer);
            tunReady = false;
            tunGone |= length == -linux_h.EBADFD;
        }
    }

    /** All is written: readers get their turn, if it is. */
    final void pace() {
        if (pacing.isTurn(System.nanoTime())) {
            Thread.yield();
        }
    }

    /** Whether what the sockets have can be taken. */
    final boolean receives() {
        return !udpStalled && receiver.hasRoom() && pacing.hold(System.nanoTime()) == 0;
    }

    /** Whether what the TUN has can be taken. */
    final boolean reads() {
        return !tunGone && !tunStalled;
    }

    /** Whether there is something, as far as is known, that the next poll can take. */
    final boolean anyToTake() {
        return (ipv4Ready || ipv6Ready) && receives() || (tunReady || tunArrivals.size() > 0) && reads();
    }

    /**
     * How long to sleep at most where {@code nanos} were asked for and {@code hold} is left for datagrams to be held back: what could
     * not be taken is looked at again soon.
     */
    final long patience(long nanos, long hold) {
        boolean udp = (ipv4Ready || ipv6Ready) && hold == 0;
        boolean any = udp || tunReady || tunArrivals.size() > 0 || udpStalled || tunStalled;
        long most = hold > 0 ? Math.min(nanos, hold) : nanos;
        return Math.max(any ? Math.min(most, STALL_NANOS) : most, 0);
    }

    @Override
    public final void releaseTun(int buffer) {
        tunBuffers.give(buffer);
    }

    @Override
    public final void releaseUdp(int buffer) {
        udpBuffers.give(buffer);
    }

    @Override
    public final int joins() {
        return joins;
    }

    /** Hands one queue's messages to the kernel; it is empty afterwards. */
    abstract void flush(SendQueue queue);

    @Override
    public final void send(long address, int length, int segmentBytes, UdpEndpoint to, int ecn, int dscp) {
        SendQueue queue = to.isIpv6() ? ipv6 : ipv4;
        if (queue.socket() == SocketPort.NO_SOCKET) {
            counters.add(Counter.UDP_SEND_ERRORS, 1);
            return;
        }
        int message = queue.gso() ? length : segmentBytes;
        for (int done = 0; done < length; done += message) {
            if (queue.isFull()) {
                flush(queue);
            }
            int bytes = Math.min(message, length - done);
            queue.add(address + done, bytes, Math.min(segmentBytes, bytes), to, dscp | ecn);
        }
    }

    final void attachQueues(UdpPort port) {
        SocketPort sockets = (SocketPort) port;
        boolean gso = sockets != null && sockets.segments();
        ipv4Ready = false;
        ipv6Ready = false;
        ipv4.attach(sockets == null ? SocketPort.NO_SOCKET : sockets.ipv4(worker), gso);
        ipv6.attach(sockets == null ? SocketPort.NO_SOCKET : sockets.ipv6(worker), gso);
    }

    /** Counts a TUN write; one that was refused as a super-packet is repeated as packets, and no other of its kind is made. */
    final void tunWritten(long address, int length, int result) {
        if (result >= 0) {
            counters.add(Counter.TUN_WRITES, 1);
        } else if (result == -linux_h.EBADFD) {
            tunGone = true;
        } else if (result == -linux_h.EINVAL && segmenter.start(address, length) && segmenter.segments() > 1) {
            counters.add(Counter.TUN_GSO_FALLBACKS, 1);
            boolean udp = VirtioNetHeader.gsoType(address) == VirtioNetHeader.GSO_UDP_L4;
            int kind = udp ? Coalescer.UDP : Coalescer.TCP;
            if ((joins & kind) != 0) {
                joins &= ~kind;
                LOG.log(
                        Level.WARNING,
                        "the TUN refuses joined {0} packets: one by one from now on",
                        udp ? "UDP" : "TCP");
            }
            writeEach();
        } else {
            counters.add(Counter.TUN_WRITE_ERRORS, 1);
        }
    }

    private void writeEach() {
        while (segmenter.remaining() > 0) {
            VirtioNetHeader.clear(segment);
            int bytes = VirtioNetHeader.BYTES + segmenter.next(segment + VirtioNetHeader.BYTES);
            int written = writeNow(segment, bytes);
            counters.add(written >= 0 ? Counter.TUN_WRITES : Counter.TUN_WRITE_ERRORS, 1);
        }
    }

    final int writeNow(long address, int length) {
        counters.add(Counter.SYSCALLS, 1);
        return Linux.write(calls, tun, address, length);
    }

    /** Tells the sink, once, if the TUN is gone. */
    private int tellIfGone(Sink sink) {
        if (!tunGone || goneTold) {
            return 0;
        }
        goneTold = true;
        sink.onTunGone();
        return 1;
    }

    final boolean goneUntold() {
        return tunGone && !goneTold;
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
        udpBuffers.close();
        tunBuffers.close();
        runDelay.close();
        ipv4.close();
        ipv6.close();
        Memory.free(segment);
    }
}
