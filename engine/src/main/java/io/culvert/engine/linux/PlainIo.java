package io.culvert.engine.linux;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketPort;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.generated.timespec;
import java.util.Set;

/**
 * I/O by one system call after the other: poll(2) to learn what is there, read and write on the TUN, recvmmsg and
 * sendmmsg on the sockets. For where io_uring is refused, and to compare with.
 *
 * <p>A source that gave less than it could is not asked again before poll says that it has more.
 */
final class PlainIo extends LinuxIo {
    private static final int TUN = 0;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final int WAKE = 3;
    private static final int SOURCES = 4;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long descriptors = Memory.allocate(SOURCES * pollfd.sizeof() + timespec.sizeof(), 8);
    private final long timeout = descriptors + SOURCES * pollfd.sizeof();

    private boolean closed;

    PlainIo(TunDevice device, int worker, Set<Offload> on) {
        super(device, worker, on);
        for (int i = 0; i < SOURCES; i++) {
            pollfd.events(descriptors + i * pollfd.sizeof(), (short) linux_h.POLLIN);
        }
    }

    @Override
    public int poll(Sink sink) {
        if (!tunReady || !ipv4Ready && !ipv6Ready) {
            // Also beside a source that has more: else it would keep the others waiting until it is empty.
            look(0, true);
        }
        return take(sink);
    }

    /**
     * Asks poll(2) which sources have something, waiting up to {@code nanos}; those that have no buffer or whose packets
     * nobody takes are left out, and all of them where {@code all} is not set.
     */
    private void look(long nanos, boolean all) {
        watch(TUN, all && reads() ? tun : SocketPort.NO_SOCKET);
        watch(IPV4, all && receives() ? ipv4.socket() : SocketPort.NO_SOCKET);
        watch(IPV6, all && receives() ? ipv6.socket() : SocketPort.NO_SOCKET);
        watch(WAKE, wakeup.descriptor());
        timespec.tv_sec(timeout, nanos / NANOS_PER_SECOND);
        timespec.tv_nsec(timeout, nanos % NANOS_PER_SECOND);
        counters.add(Counter.SYSCALLS, 1);
        Linux.ppoll(calls, descriptors, SOURCES, nanos == Long.MAX_VALUE ? 0 : timeout);
        tunReady |= seen(TUN);
        ipv4Ready |= seen(IPV4);
        ipv6Ready |= seen(IPV6);
        if (seen(WAKE)) {
            wakeup.drain();
        }
    }

    private void watch(int source, int descriptor) {
        long at = descriptors + source * pollfd.sizeof();
        pollfd.fd(at, descriptor);
        pollfd.revents(at, (short) 0);
    }

    private boolean seen(int source) {
        return pollfd.revents(descriptors + source * pollfd.sizeof()) != 0;
    }

    @Override
    public void writeTun(long address, int length) {
        pacing.write(address, length);
        tunWritten(address, length, writeNow(address, length));
    }

    @Override
    public void flush() {
        flush(ipv4);
        flush(ipv6);
        pace();
    }

    @Override
    void flush(SendQueue queue) {
        int count = queue.count();
        for (int done = 0; done < count; ) {
            counters.add(Counter.SYSCALLS, 1);
            int sent = Linux.sendmmsg(calls, queue.socket(), queue.message(done), count - done, linux_h.MSG_DONTWAIT);
            if (sent == -linux_h.EINTR) {
                continue;
            }
            if (sent < 0) {
                queue.finished(done++, sent);
            }
            for (int i = 0; i < sent; i++) {
                queue.finished(done++, 0);
            }
        }
        queue.clear();
    }

    @Override
    public void attach(UdpPort port) {
        attachQueues(port);
    }

    @Override
    public void park(long nanos, long gather) {
        if (!anyToTake() && !goneUntold() && wakeup.beginPark()) {
            if (gathers && gather > 0) {
                look(Math.min(Math.max(nanos, 0), gather), false);
            } else {
                look(patience(nanos, pacing.hold(System.nanoTime())), true);
            }
            wakeup.endPark();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Memory.free(descriptors);
            closeCommon();
        }
    }
}
