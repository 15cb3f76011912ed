// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.ThreadEnd;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.EventFd;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Netlink;
import io.culvert.natives.linux.Refusals;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Watches, on a thread of its own, what routes depend on in the network namespace in which it was made: links,
 * addresses, routes and rules. A change gives the routes another {@link #generation}.
 *
 * <p>Messages are not parsed, so losing some is harmless. Where routes change all the time, as beside a routing daemon,
 * the generation changes at most ten times a second, after a burst of {@value #BURST}: each costs every peer that sends
 * a look-up.
 */
final class RouteMonitor implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RouteMonitor.class.getName());

    private static final int[] GROUPS = {
        linux_h.RTNLGRP_LINK,
        linux_h.RTNLGRP_IPV4_IFADDR,
        linux_h.RTNLGRP_IPV4_ROUTE,
        linux_h.RTNLGRP_IPV4_RULE,
        linux_h.RTNLGRP_IPV6_IFADDR,
        linux_h.RTNLGRP_IPV6_ROUTE,
        linux_h.RTNLGRP_IPV6_RULE,
        linux_h.RTNLGRP_NEXTHOP,
    };

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int BURST = 64;
    /** Small: where very many changes come, the kernel drops messages instead of having them all read. */
    private static final int RECEIVE_BUFFER_BYTES = 64 << 10;

    private static final int DRAIN_BYTES = 8192;
    private static final int MAX_READS = 256;

    /** Generations differ between all ports of the process. */
    private static final AtomicInteger GENERATIONS = new AtomicInteger();

    private final int netlink;
    /** The thread is to end. */
    private final EventFd wakeup = new EventFd();
    /** Of the thread. */
    private final Refusals refusals = new Refusals("poll", linux_h.EINTR);

    private final Thread thread;
    /** Written by {@link #close}, read by the thread. */
    private volatile boolean stopping;
    /** Written by the constructor and the thread; read by any thread before it sends. */
    private volatile int generation = next();
    /** Why the thread ended, if it met what it cannot handle; written by it before the last generation. */
    private volatile Throwable failure;
    /** When the next change is due at a steady rate; of the thread. */
    private long steady;

    /** Watches from now on. */
    RouteMonitor() throws ErrnoException {
        int socket = -1;
        try {
            socket = Netlink.open(linux_h.NETLINK_ROUTE, 0);
            Linux.setsockopt(socket, linux_h.SOL_SOCKET, linux_h.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
            for (int group : GROUPS) {
                Linux.setsockopt(socket, linux_h.SOL_NETLINK, linux_h.NETLINK_ADD_MEMBERSHIP, group);
            }
        } catch (ErrnoException e) {
            wakeup.close();
            if (socket >= 0) {
                Linux.close(socket);
            }
            throw e;
        }
        netlink = socket;
        thread = Thread.ofPlatform().name("culvert-routes").daemon().start(this::run);
    }

    private static int next() {
        return GENERATIONS.incrementAndGet();
    }

    /** A number that changes when routes may have changed; unlike that of all other monitors. Any thread. */
    int generation() {
        return generation;
    }

    /**
     * Has a worker that asks for a route meet the failure of the thread, if there was one: then changes go unnoticed.
     *
     * @throws IllegalStateException if the thread has failed
     */
    void check() {
        if (failure != null) {
            throw new IllegalStateException("the monitor of routes has failed", failure);
        }
    }

    private void run() {
        try {
            watch();
        } catch (RuntimeException | Error e) {
            failure = e;
            // So that every sender asks, and meets the failure.
            generation = next();
        }
    }

    private void watch() {
        long scratch = Memory.allocate(DRAIN_BYTES + 2 * pollfd.sizeof(), 8);
        CallState calls = new CallState();
        steady = System.nanoTime();
        try {
            while (await(calls, scratch + DRAIN_BYTES, 2, -1)) {
                drain(calls, scratch);
                generation = next();
                long pause = pause(System.nanoTime());
                if (pause > 0 && !await(calls, scratch + DRAIN_BYTES, 1, (int) pause)) {
                    return;
                }
            }
        } finally {
            Memory.free(scratch);
        }
    }

    /** The pause before the next change, in milliseconds: none within the burst. */
    private long pause(long now) {
        steady = Math.max(steady, now) + INTERVAL_NANOS;
        return TimeUnit.NANOSECONDS.toMillis(steady - now - BURST * INTERVAL_NANOS);
    }

    /** Waits for the first {@code count} of the eventfd and the socket; {@code false} when the thread is to end. */
    private boolean await(CallState calls, long descriptors, int count, int millis) {
        pollfd.fd(descriptors, wakeup.descriptor());
        pollfd.events(descriptors, (short) linux_h.POLLIN);
        pollfd.fd(descriptors + pollfd.sizeof(), netlink);
        pollfd.events(descriptors + pollfd.sizeof(), (short) linux_h.POLLIN);
        refusals.check(Linux.poll(calls, descriptors, count, millis));
        return !stopping;
    }

    /** Reads what has arrived, up to some; an error such as ENOBUFS, for lost messages, ends it too. */
    private void drain(CallState calls, long scratch) {
        int bytes = 1;
        for (int i = 0; i < MAX_READS && bytes > 0; i++) {
            bytes = Linux.read(calls, netlink, scratch, DRAIN_BYTES);
        }
    }

    /** Ends the thread, and waits until it has ended. */
    @Override
    public void close() {
        stopping = true;
        try {
            wakeup.signal();
        } finally {
            end();
        }
    }

    private void end() {
        if (!ThreadEnd.await(thread)) {
            LOG.log(Level.ERROR, "{0} does not end; its sockets are not closed", thread.getName());
            return;
        }
        try {
            Linux.close(netlink);
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing the socket of the route monitor failed", e);
        }
        wakeup.close();
    }
}
