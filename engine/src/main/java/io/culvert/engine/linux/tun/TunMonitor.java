// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Shortfalls;
import io.culvert.engine.io.ThreadEnd;
import io.culvert.engine.io.Tun.Listener;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.EventFd;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Netlink;
import io.culvert.natives.linux.Refusals;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches a TUN interface on a thread of its own, and notifies a {@link Listener} of changes.
 *
 * <p>Notifications of links and of forwarding trigger a re-read of the interface by ioctl, so losing one is harmless.
 * They are read only for an interface that was set down and up again in the meantime.
 *
 * <p>The interface may be moved to another network namespace, which this process's netlink sockets do not see. The
 * thread then enters that namespace (TUNGETDEVNETNS, setns), opens its sockets there, and returns to its own. Sockets
 * keep a namespace alive, and with it the interface: every eight quiet seconds they are closed and opened again, and a
 * namespace that nobody else has ends.
 *
 * <p>Without a notification it checks once a second whether the interface was removed (any write to the TUN then fails
 * with EBADFD, even an empty one), and re-reads the rest every eight seconds, so that an idle program stays idle.
 */
final class TunMonitor {
    private static final Logger LOG = System.getLogger(TunMonitor.class.getName());
    private static final int PERIOD_MILLIS = 1000;
    private static final int PERIODS_PER_REFRESH = 8;
    private static final int DRAIN_BYTES = 8192;
    /** The kernel lets go of a closed netlink socket's namespace after a grace period of RCU. */
    private static final long RELEASE_NANOS = 50_000_000;

    /**
     * A column of /proc/net/dev: bytes, packets, errors, drops and four more, received and then the same transmitted.
     */
    private static final int TRANSMIT_DROPS = 8 + 3;

    private static final int NONE = -1;
    /** Multicast groups of netlink, as bits. */
    private static final int GROUPS =
            linux_h.RTMGRP_LINK | 1 << linux_h.RTNLGRP_IPV4_NETCONF - 1 | 1 << linux_h.RTNLGRP_IPV6_NETCONF - 1;

    /** Used by the thread alone. */
    private final Refusals refusals = new Refusals("poll", linux_h.EINTR);

    private final int queue;
    private final InterfaceNamespace namespace;
    /** Whether this program made the interface, so that its settings are ours. */
    private final boolean own;
    /** The thread is to end, or to look at {@link #softwareSegmentation}. */
    private final EventFd wakeup;
    /** Guarded by the monitor of this object. */
    private Thread thread;

    // Written by the constructor and limitSegments, before the thread starts; then by the thread alone, and by close
    // after it ended. Starting and joining the thread order these.
    private String name;
    private int index = NONE;
    private int control = NONE;
    private int netlink = NONE;
    private int up = NONE;
    /** Whether the sockets were opened in the namespace that the interface was moved to. */
    private boolean moved;
    /** Whether a notification since the last look said that the interface is down. */
    private boolean saidDown;

    private int segmentLimit = SegmentLimit.NONE;
    private boolean limitsSegments;

    private final Shortfalls shortfalls = new Shortfalls(Level.WARNING);

    private final InterfaceSettings settings = new InterfaceSettings(Path.of("/proc/sys/net"), shortfalls);

    /** Written by {@link #close}, read by the thread. */
    private volatile boolean stopping;
    /** Written by any worker, once; read by the thread. */
    private volatile boolean softwareSegmentation;
    /** Written as the fields above; read by any thread. */
    private volatile int mtu = TunDevice.DEFAULT_MTU;

    /**
     * Reads the interface once; it is watched from {@link #start} on.
     *
     * @param own whether this program made the interface
     */
    TunMonitor(String name, int queue, boolean own) throws IOException {
        this.name = name;
        this.queue = queue;
        this.own = own;
        namespace = new InterfaceNamespace(queue);
        wakeup = new EventFd();
        openSockets();
        prepare();
        if (index != NONE) {
            mtu = ioctl(linux_h.SIOCGIFMTU);
        }
    }

    /** Makes the settings of an interface of ours that is down; in its namespace. */
    private void prepare() {
        if (own) {
            settings.withoutOwnAddresses(name);
        }
    }

    int mtu() {
        return mtu;
    }

    /** What the system refuses the interface. Any thread. */
    List<Shortfall> shortfalls() {
        return shortfalls.list();
    }

    synchronized void start(Listener listener) {
        thread = Thread.ofPlatform().name("culvert-tun").daemon().start(() -> run(listener));
    }

    synchronized void close() {
        stopping = true;
        wakeup.signal();
        if (thread != Thread.currentThread() && !ThreadEnd.await(thread)) {
            LOG.log(Level.ERROR, "{0} does not end; its sockets are not closed", thread.getName());
            return;
        }
        closeSockets();
        wakeup.close();
    }

    private void run(Listener listener) {
        try {
            watchUntilRemoved(listener);
        } catch (RuntimeException | Error e) {
            listener.onFailure(e);
        }
    }

    private void watchUntilRemoved(Listener listener) {
        long scratch = Memory.allocate(DRAIN_BYTES + 2 * pollfd.sizeof(), 8);
        long descriptors = scratch + DRAIN_BYTES;
        CallState calls = new CallState();
        int notifiedMtu = NONE;
        try {
            int quietPeriods = 0;
            while (!stopping) {
                listener.onTurn();
                if (Linux.write(calls, queue, scratch, 0) == -linux_h.EBADFD) {
                    listener.onRemoved();
                    return;
                }
                boolean refreshed = true;
                if (quietPeriods % PERIODS_PER_REFRESH == 0) {
                    if (moved && quietPeriods > 0) {
                        releaseNamespace();
                    }
                    refreshed = refresh(listener);
                    watch(descriptors);
                    if (mtu != notifiedMtu) {
                        notifiedMtu = mtu;
                        listener.onMtu(notifiedMtu);
                    }
                }
                boolean notified = awaitEvent(calls, descriptors, scratch);
                quietPeriods = notified || !refreshed ? 0 : quietPeriods + 1;
            }
        } finally {
            Memory.free(scratch);
        }
    }

    /**
     * Sets the descriptors to poll: the eventfd, and the netlink socket, which changes when the interface moves.
     */
    private void watch(long descriptors) {
        pollfd.fd(descriptors, wakeup.descriptor());
        pollfd.events(descriptors, (short) linux_h.POLLIN);
        long notifications = descriptors + pollfd.sizeof();
        pollfd.fd(notifications, netlink);
        pollfd.events(notifications, (short) linux_h.POLLIN);
    }

    /**
     * Waits for a netlink notification, {@link #wake} or the period's end; returns whether it was not the period's end.
     */
    private boolean awaitEvent(CallState calls, long descriptors, long scratch) {
        refusals.check(Linux.poll(calls, descriptors, 2, PERIOD_MILLIS));
        boolean awoken = pollfd.revents(descriptors) != 0;
        boolean notified = pollfd.revents(descriptors + pollfd.sizeof()) != 0;
        if (awoken) {
            wakeup.drain();
        }
        int drained = notified ? 1 : 0;
        while (drained > 0) {
            drained = Linux.read(calls, netlink, scratch, DRAIN_BYTES);
            saidDown |= LinkMessages.sayDown(scratch, drained, index);
        }
        return awoken || notified;
    }

    /**
     * Re-reads the interface and reports a change of its link state; {@code false} when the interface cannot be read.
     */
    private boolean refresh(Listener listener) {
        try {
            if (index == NONE || currentIndex() != index) {
                followInterface();
            }
            mtu = ioctl(linux_h.SIOCGIFMTU);
            applySegmentLimit();
            int flag = ioctl(linux_h.SIOCGIFFLAGS) & linux_h.IFF_UP;
            applySettings(flag != 0 && flag != up);
            if (flag != up) {
                up = flag;
                listener.onLink(flag != 0);
            } else if (saidDown && flag != 0) {
                listener.onRestart();
            }
            saidDown = false;
            return true;
        } catch (IOException e) {
            // The interface is between two namespaces or being removed: the next refresh finds out which.
            LOG.log(Level.DEBUG, "interface {0} cannot be read: {1}", name, e.getMessage());
            return false;
        }
    }

    /** Allows the segment limit, see {@link SegmentLimit}; before {@link #start}. */
    void limitSegments() {
        limitsSegments = true;
        if (index != NONE) {
            applySegmentLimit();
        }
    }

    /** The kernel segments super-packets in front of the TUN, which the segment limit may cause. Any thread. */
    void softwareSegmentation() {
        if (!softwareSegmentation) {
            softwareSegmentation = true;
            wakeup.signal();
        }
    }

    /** Makes the settings of an interface that goes up, and tries again what was refused. */
    private void applySettings(boolean goesUp) throws IOException {
        boolean again = shortfalls.has(InterfaceSettings.REDIRECTS);
        if (goesUp || again || shortfalls.has(InterfaceSettings.ADDRESSES)) {
            namespace.call(() -> {
                if (goesUp || again) {
                    settings.withoutRedirects(name);
                }
                prepare();
                return null;
            });
        }
    }

    /** Sets the segment limit for the MTU, or takes it away; what the system refuses is tried again. */
    private void applySegmentLimit() {
        boolean limited = limitsSegments && !softwareSegmentation && !isForwarding();
        int segments = limited ? SegmentLimit.of(mtu) : SegmentLimit.NONE;
        if (segments == segmentLimit) {
            shortfalls.end(SegmentLimit.SHORTFALL);
            return;
        }
        try {
            namespace.call(() -> {
                SegmentLimit.set(index, segments);
                return null;
            });
            segmentLimit = segments;
            shortfalls.end(SegmentLimit.SHORTFALL);
            LOG.log(
                    Level.DEBUG,
                    limited ? "{0}: at most {1} segments in a super-packet" : "{0}: no segment limit",
                    name,
                    segments);
        } catch (IOException e) {
            shortfalls.begin(SegmentLimit.SHORTFALL, e.getMessage());
        }
    }

    private boolean isForwarding() {
        try {
            return namespace.call(Forwarding::isOn);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot read whether the namespace of {0} forwards: {1}", name, e.getMessage());
            return true;
        }
    }

    /** Opens new sockets in the namespace that the interface was moved to; its name may have changed too. */
    private void followInterface() throws IOException {
        name = namespace.interfaceName();
        // Only the sockets stay in that namespace. The thread returns, because the listener opens the UDP ports on it,
        // and these belong into the namespace in which the program was started.
        namespace.call(() -> {
            openSockets();
            // A move resets what the kernel was told.
            segmentLimit = SegmentLimit.NONE;
            prepare();
            return null;
        });
        moved = true;
        LOG.log(Level.DEBUG, "interface {0} was moved to another network namespace", name);
    }

    /** Closes the sockets in the interface's namespace for a moment. If nobody else has it, it ends then. */
    private void releaseNamespace() {
        closeSockets();
        index = NONE;
        LockSupport.parkNanos(RELEASE_NANOS);
        try {
            namespace.call(() -> {
                openSockets();
                return null;
            });
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the namespace of {0} cannot be entered: {1}", name, e.getMessage());
        }
    }

    /** Packets that the kernel dropped because a queue was full, which it counts as transmit drops. Any thread. */
    long drops() throws IOException {
        String prefix = namespace.interfaceName() + ":";
        for (String row : namespace.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/dev")))) {
            if (row.strip().startsWith(prefix)) {
                return Long.parseLong(
                        row.strip().substring(prefix.length()).strip().split(" +")[TRANSMIT_DROPS]);
            }
        }
        throw new IOException("/proc/thread-self/net/dev has no line that begins with " + prefix);
    }

    /**
     * Opens the control and the netlink socket in the calling thread's namespace, in place of the present ones, which
     * remain if the system refuses.
     */
    private void openSockets() throws IOException {
        int newControl = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        int newNetlink;
        try {
            newNetlink = Netlink.open(linux_h.NETLINK_ROUTE, GROUPS);
        } catch (ErrnoException e) {
            close(newControl);
            throw e;
        }
        closeSockets();
        control = newControl;
        netlink = newNetlink;
        index = currentIndex();
    }

    private void closeSockets() {
        close(control);
        close(netlink);
        control = NONE;
        netlink = NONE;
    }

    private static void close(int descriptor) {
        try {
            if (descriptor != NONE) {
                Linux.close(descriptor);
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing a socket of the TUN monitor failed", e);
        }
    }

    /** The interface's index, or NONE when the namespace of the control socket has no interface of this name. */
    private int currentIndex() throws ErrnoException {
        try {
            return ioctl(linux_h.SIOCGIFINDEX);
        } catch (ErrnoException e) {
            if (e.errno() == linux_h.ENODEV) {
                return NONE;
            }
            throw e;
        }
    }

    /** Reads one value of the interface. */
    private int ioctl(long command) throws ErrnoException {
        long request = TunDevice.request(name);
        try {
            Linux.ioctl(control, command, request);
            return ifreq.ifr_ifru$ifru_ivalue(request);
        } finally {
            Memory.free(request);
        }
    }
}
