package io.culvert.engine.linux.tun;

import io.culvert.engine.io.Tun.Listener;
import io.culvert.natives.CallState;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.generated.sockaddr_nl;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Watches a TUN interface from a thread of its own. Netlink's link group only rings the bell; what is told comes from the
 * interface itself, so no message need be understood or can be missed.
 *
 * <p>The interface may be moved to another network namespace, where this process's netlink does not reach: then the thread
 * goes there (TUNGETDEVNETNS, setns), opens what it must have there to see the interface's flags, and comes back.
 *
 * <p>Without being told to it asks once a second whether the interface was removed (then any write to the TUN, even an empty one, fails
 * with EBADFD), and looks at the rest every eight: an idle program should be idle.
 */
final class TunMonitor {
    private static final Logger LOG = System.getLogger(TunMonitor.class.getName());
    private static final int PERIOD_MILLIS = 1000;
    private static final int QUIET_PERIODS = 8;
    private static final int DRAIN_BYTES = 8192;
    /** The column of /proc/net/dev: bytes, packets, errors, drops and four more, received and then the same transmitted. */
    private static final int TRANSMIT_DROPS = 8 + 3;

    private static final int NONE = -1;

    private final CallState state = new CallState();
    private final CallState requests = new CallState();
    private final int queue;
    private final int stop;
    private Thread thread;

    // The monitor's thread alone, but for mtu: written by it (and the constructor), read by any.
    private String name;
    private int index = NONE;
    private int control = NONE;
    private int netlink = NONE;
    private int up = NONE;
    private int limit = NONE;
    private boolean limits;
    private volatile int mtu = TunDevice.DEFAULT_MTU;

    /** Looks once; listens from {@link #start} on. */
    TunMonitor(String name, int queue) throws IOException {
        this.name = name;
        this.queue = queue;
        stop = Linux.eventfd();
        enter();
        if (index != NONE) {
            see(ask(linux_h.SIOCGIFMTU));
        }
    }

    int mtu() {
        return mtu;
    }

    synchronized void start(Listener listener) {
        thread = Thread.ofPlatform().name("culvert-tun").daemon().start(() -> run(listener));
    }

    synchronized void close() {
        long one = Memory.allocate(8, 8);
        Memory.putLong(one, 1);
        Linux.write(state, stop, one, 8);
        Memory.free(one);
        try {
            if (thread != null && thread != Thread.currentThread()) {
                thread.join();
            }
            leave();
            Linux.close(stop);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing the monitor", e);
        }
    }

    private void run(Listener listener) {
        long scratch = Memory.allocate(DRAIN_BYTES + 2 * pollfd.sizeof(), 8);
        long descriptors = scratch + DRAIN_BYTES;
        CallState calls = new CallState();
        int toldMtu = NONE;
        try {
            int quiet = 0;
            while (!isStopped(descriptors)) {
                if (Linux.write(calls, queue, scratch, 0) == -linux_h.EBADFD) {
                    listener.onRemoved();
                    return;
                }
                boolean seen = true;
                if (quiet % QUIET_PERIODS == 0) {
                    seen = look(listener);
                    watch(descriptors);
                    if (mtu != toldMtu) {
                        toldMtu = mtu;
                        listener.onMtu(toldMtu);
                    }
                }
                quiet = rings(calls, descriptors, scratch) || !seen ? 0 : quiet + 1;
            }
        } finally {
            Memory.free(scratch);
        }
    }

    /** What to listen to: {@link #close}, and the bell, which is another one after the interface moved. */
    private void watch(long descriptors) {
        pollfd.fd(descriptors, stop);
        pollfd.events(descriptors, (short) linux_h.POLLIN);
        long bell = descriptors + pollfd.sizeof();
        pollfd.fd(bell, netlink);
        pollfd.events(bell, (short) linux_h.POLLIN);
    }

    /** Waits for the bell, the period's end or {@link #close}; whether it was the first. */
    private boolean rings(CallState calls, long descriptors, long scratch) {
        Linux.poll(calls, descriptors, 2, PERIOD_MILLIS);
        boolean rang = pollfd.revents(descriptors + pollfd.sizeof()) != 0;
        int drained = rang ? 1 : 0;
        while (drained > 0) {
            drained = Linux.read(calls, netlink, scratch, DRAIN_BYTES);
        }
        return rang;
    }

    private static boolean isStopped(long descriptors) {
        return pollfd.revents(descriptors) != 0;
    }

    /** Finds out the interface's state and tells whether it is up if that is news; false when it could not be seen. */
    private boolean look(Listener listener) {
        try {
            if (index == NONE || indexNow() != index) {
                follow();
            }
            see(ask(linux_h.SIOCGIFMTU));
            int now = ask(linux_h.SIOCGIFFLAGS) & linux_h.IFF_UP;
            if (now != up) {
                up = now;
                listener.onLink(now != 0);
            }
            return true;
        } catch (IOException e) {
            // Between two namespaces, or being removed; the next look will tell.
            LOG.log(Level.DEBUG, "interface {0} cannot be seen: {1}", name, e.getMessage());
            return false;
        }
    }

    /** Has super-packets made to fit the MTU; before {@link #start}. */
    void limitSegments() {
        limits = true;
        if (index != NONE) {
            see(mtu);
        }
    }

    /** Takes an MTU over, and has super-packets made to fit it. */
    private void see(int newMtu) {
        int segments = SegmentLimit.of(newMtu);
        if (limits && segments != limit && SegmentLimit.request(requests, netlink, index, segments)) {
            limit = segments;
        }
        mtu = newMtu;
    }

    /** Goes where the interface went: it may have another name there, too. */
    private void follow() throws IOException {
        name = nameNow();
        // What looks and listens stays there. The thread does not: it is on this one that the listener opens the UDP
        // ports,
        // which belong where the program was started.
        there(() -> {
            leave();
            enter();
            // The kernel forgets it on the way.
            limit = NONE;
            return null;
        });
        LOG.log(Level.DEBUG, "interface {0} was moved to another network namespace", name);
    }

    private String nameNow() throws ErrnoException {
        long request = Memory.allocate(ifreq.sizeof(), 8);
        try {
            Linux.ioctl(queue, linux_h.TUNGETIFF, request);
            return Memory.all().getString(ifreq.ifr_ifrn$ifrn_name(request));
        } finally {
            Memory.free(request);
        }
    }

    /** Something to be done in the interface's network namespace. */
    private interface Errand<T> {
        T run() throws IOException;
    }

    /** Takes the calling thread to where the interface is, and back. */
    private <T> T there(Errand<T> errand) throws IOException {
        int home = Linux.open("/proc/thread-self/ns/net", linux_h.O_RDONLY);
        try {
            int there = Linux.ioctl(queue, linux_h.TUNGETDEVNETNS, 0);
            try {
                Linux.setns(there, linux_h.CLONE_NEWNET);
            } finally {
                Linux.close(there);
            }
            return errand.run();
        } finally {
            Linux.setns(home, linux_h.CLONE_NEWNET);
            Linux.close(home);
        }
    }

    /** Packets dropped in front of the queues, which are transmissions of the interface; any thread. */
    long drops() throws IOException {
        String line = nameNow() + ":";
        for (String row : there(() -> Files.readAllLines(Path.of("/proc/thread-self/net/dev")))) {
            if (row.strip().startsWith(line)) {
                return Long.parseLong(
                        row.strip().substring(line.length()).strip().split(" +")[TRANSMIT_DROPS]);
            }
        }
        throw new IOException("no interface " + line);
    }

    /** Opens what looks and what listens, in the calling thread's namespace. */
    private void enter() throws IOException {
        control = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        netlink = Linux.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW | linux_h.SOCK_NONBLOCK, linux_h.NETLINK_ROUTE);
        long address = Memory.allocate(sockaddr_nl.sizeof(), 8);
        try {
            sockaddr_nl.nl_family(address, (short) linux_h.AF_NETLINK);
            sockaddr_nl.nl_groups(address, linux_h.RTMGRP_LINK);
            Linux.bind(netlink, address, (int) sockaddr_nl.sizeof());
        } finally {
            Memory.free(address);
        }
        index = indexNow();
    }

    private void leave() throws ErrnoException {
        Linux.close(control);
        Linux.close(netlink);
    }

    /** The interface's number, or NONE where no interface of the name is to be seen. */
    private int indexNow() throws ErrnoException {
        try {
            return ask(linux_h.SIOCGIFINDEX);
        } catch (ErrnoException e) {
            if (e.errno() == linux_h.ENODEV) {
                return NONE;
            }
            throw e;
        }
    }

    private int ask(long what) throws ErrnoException {
        long request = TunDevice.request(name);
        try {
            Linux.ioctl(control, what, request);
            return ifreq.ifr_ifru$ifru_ivalue(request);
        } finally {
            Memory.free(request);
        }
    }
}
