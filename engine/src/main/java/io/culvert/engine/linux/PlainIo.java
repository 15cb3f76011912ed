// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.linux.tun.TunQueues;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketPort;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.generated.timespec;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Refusals;
import java.util.Set;

/**
 * I/O by plain system calls: ppoll(2) to learn which sources are readable, read and write on the TUN, recvmmsg and
 * sendmmsg on the sockets. For systems that refuse io_uring, and for comparison.
 */
final class PlainIo extends LinuxIo {
    /** The most receive queues of a family: ppoll(2) looks at all of them each time. */
    static final int MAX_QUEUES = 4;

    private static final int TUN = 0;
    private static final int WAKE = 1;
    private static final int FIRST_SOCKET = 2;
    private static final int SOURCES = FIRST_SOCKET + 2 * MAX_QUEUES;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long descriptors = Memory.allocate(SOURCES * pollfd.sizeof() + timespec.sizeof(), 8);
    private final long timeout = descriptors + SOURCES * pollfd.sizeof();

    private final Refusals refusals = new Refusals("ppoll", linux_h.EINTR);
    private boolean closed;

    PlainIo(TunQueues device, int worker, Set<Offload> on) {
        super(device, worker, on);
        for (int i = 0; i < SOURCES; i++) {
            pollfd.events(descriptors + i * pollfd.sizeof(), (short) linux_h.POLLIN);
        }
    }

    @Override
    public void poll() {
        if (!tunReadable || !readable.all()) {
            // Even if one source is readable: otherwise the others would starve until it is empty.
            awaitEvents(0, true);
        }
    }

    /** Waits up to {@code nanos} for a wake-up or, with {@code all}, for a source that is not readable yet. */
    private void awaitEvents(long nanos, boolean all) {
        watch(TUN, all && !tunReadable && !tunRemoved ? tun : SocketPort.NO_SOCKET);
        watch(WAKE, wakeup.descriptor());
        for (int i = 0; i < sockets.length; i++) {
            watch(FIRST_SOCKET + i, all && !readable.isReadable(i) ? sockets[i] : SocketPort.NO_SOCKET);
        }
        timespec.tv_sec(timeout, nanos / NANOS_PER_SECOND);
        timespec.tv_nsec(timeout, nanos % NANOS_PER_SECOND);
        counters.add(Counter.SYSCALLS, 1);
        int sources = FIRST_SOCKET + sockets.length;
        refusals.check(Linux.ppoll(calls, descriptors, sources, nanos == Long.MAX_VALUE ? 0 : timeout));
        tunReadable |= hasEvents(TUN);
        for (int i = 0; i < sockets.length; i++) {
            if (hasEvents(FIRST_SOCKET + i)) {
                readable.add(i);
            }
        }
        if (hasEvents(WAKE)) {
            wakeup.drain();
        }
    }

    private void watch(int source, int descriptor) {
        long at = descriptors + source * pollfd.sizeof();
        pollfd.fd(at, descriptor);
        pollfd.revents(at, (short) 0);
    }

    private boolean hasEvents(int source) {
        return pollfd.revents(descriptors + source * pollfd.sizeof()) != 0;
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        tunWritten(queue, address, length, writeNow(queue, address, length));
    }

    @Override
    public void flush() {
        flush(ipv4);
        flush(ipv6);
    }

    @Override
    void flush(SendQueue queue) {
        queue.send();
    }

    @Override
    public void attach(UdpPort port) {
        attachSockets(port);
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        if (coalescesWakeups && minWaitNanos > 0) {
            awaitEvents(Math.min(nanos, minWaitNanos), false);
        } else {
            awaitEvents(nanos, true);
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
