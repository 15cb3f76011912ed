// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Shortfalls;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Errno;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The sockets of one port, of IPv4 and, if the system has IPv6, of IPv6: the receive queues of each worker, then one
 * socket for initiations and one for responses and cookie replies.
 */
public final class SocketPort implements UdpPort {
    /** In place of a descriptor: no socket. */
    public static final int NO_SOCKET = -1;

    /** The sockets of a family for handshake messages. */
    static final int HANDSHAKE_SOCKETS = 2;

    private static final Logger LOG = System.getLogger(SocketPort.class.getName());

    // linux/socket.h and linux/sock_diag.h: nine numbers, of which the last counts datagrams dropped because the
    // receive buffer was full. It is read on demand: SO_RXQ_OVFL would add a control message to each datagram from the
    // first loss on.
    private static final int SO_MEMINFO = 55;
    private static final int MEMINFO_BYTES = 9 * Integer.BYTES;
    private static final int MEMINFO_DROPS = 8 * Integer.BYTES;

    // What may be missing.
    private static final String IPV6 = "ipv6";
    private static final String RECEIVE_BUFFER = "receive-buffer";
    private static final String SEND_BUFFER = "send-buffer";

    private final SocketBind bind;
    private final int port;
    private final int[] ipv4;
    private final int queues;
    /**
     * Written under the monitor of this object, once if they were missing at first. Workers read it when they attach
     * the port, which they are asked to do after it was written.
     */
    private int[] ipv6;

    private final SocketRoutes routes;
    /** IPv6 only: many hosts have none. */
    private final Shortfalls families = new Shortfalls(Level.INFO);

    private final Shortfalls buffers = new Shortfalls(Level.WARNING);
    /** Written under the monitor of this object; workers read it. */
    private volatile int mark;
    /** Guarded by the monitor of this object: no method uses a descriptor once this is set. */
    private boolean closed;

    /**
     * A port with sockets of IPv4; {@link #openIpv6} comes next.
     *
     * @param queues receive queues of each worker and family
     */
    SocketPort(SocketBind bind, int port, int[] ipv4, int queues, int mark) throws ErrnoException {
        this.bind = bind;
        this.port = port;
        this.ipv4 = ipv4;
        this.queues = queues;
        this.mark = mark;
        ipv6 = new int[ipv4.length];
        Arrays.fill(ipv6, NO_SOCKET);
        routes = new SocketRoutes(port, dataSockets() / queues);
        compareBuffers();
    }

    /**
     * Opens the sockets of IPv6, or notes that the system has no IPv6.
     *
     * @throws ErrnoException when it refuses them for another reason
     */
    synchronized void openIpv6() throws ErrnoException {
        int[] opened = new int[ipv4.length];
        Arrays.fill(opened, NO_SOCKET);
        try {
            bind.openGroup(linux_h.AF_INET6, port, mark, opened, queues);
            ipv6 = opened;
            families.end(IPV6);
        } catch (ErrnoException e) {
            closeAll(opened);
            if (!isWithoutIpv6(e)) {
                throw e;
            }
            families.begin(IPV6, Errno.text(e.errno()));
        }
    }

    /** Whether the system has no IPv6 at all. */
    static boolean isWithoutIpv6(ErrnoException e) {
        return e.errno() == linux_h.EAFNOSUPPORT || e.errno() == linux_h.EADDRNOTAVAIL;
    }

    /** The IPv4 socket through which a worker sends, the first of its receive queues. */
    public int ipv4(int worker) {
        return ipv4[worker * queues];
    }

    /** The IPv6 socket through which a worker sends, or {@link #NO_SOCKET}. */
    public int ipv6(int worker) {
        return ipv6[worker * queues];
    }

    /** The sockets from which a worker receives, of both families. */
    public int[] receiveQueues(int worker) {
        int first = worker * queues;
        return IntStream.concat(Arrays.stream(ipv4, first, first + queues), Arrays.stream(ipv6, first, first + queues))
                .filter(socket -> socket != NO_SOCKET)
                .toArray();
    }

    /** The IPv4 socket of initiations, and of all that is no WireGuard message. */
    public int initiations4() {
        return ipv4[dataSockets()];
    }

    /** The IPv6 socket of the same, or {@link #NO_SOCKET}. */
    public int initiations6() {
        return ipv6[dataSockets()];
    }

    /** The IPv4 socket of responses and cookie replies, which answer messages of this device. */
    public int answers4() {
        return ipv4[dataSockets() + 1];
    }

    /** The IPv6 socket of the same, or {@link #NO_SOCKET}. */
    public int answers6() {
        return ipv6[dataSockets() + 1];
    }

    private int dataSockets() {
        return ipv4.length - HANDSHAKE_SOCKETS;
    }

    /** Whether sends may use UDP_SEGMENT. */
    public boolean segments() {
        return bind.gsoUnavailableReason().isEmpty();
    }

    @Override
    public int port() {
        return port;
    }

    /** A number that changes when the routes of datagrams may have changed; never 0. Any thread. */
    public int routes() {
        return routes.generation();
    }

    /**
     * Whether a datagram to {@code to} would leave through the interface that its source was learnt on. The worker's
     * thread.
     */
    public boolean isRouted(int worker, UdpEndpoint to) {
        return routes.isRouted(worker, to, mark);
    }

    @Override
    public synchronized void setFwmark(int newMark) throws ErrnoException {
        for (int i = 0; i < ipv4.length && !closed; i++) {
            setMark(ipv4[i], newMark);
            if (ipv6[i] != NO_SOCKET) {
                setMark(ipv6[i], newMark);
            }
        }
        mark = newMark;
    }

    /** Sets the firewall mark of a socket. */
    static void setMark(int socket, int mark) throws ErrnoException {
        try {
            Linux.setsockopt(socket, linux_h.SOL_SOCKET, linux_h.SO_MARK, mark);
        } catch (ErrnoException e) {
            throw new ErrnoException(
                    "setsockopt SO_MARK (firewall mark " + Integer.toUnsignedString(mark) + ")", e.errno());
        }
    }

    @Override
    public List<Shortfall> shortfalls() {
        return Stream.concat(families.list().stream(), buffers.list().stream()).toList();
    }

    @Override
    public synchronized boolean retry() {
        if (closed) {
            return false;
        }
        if (!buffers.list().isEmpty()) {
            enlargeBuffers();
        }
        if (!families.has(IPV6)) {
            return false;
        }
        try {
            openIpv6();
        } catch (ErrnoException e) {
            families.begin(IPV6, e.getMessage());
        }
        return !families.has(IPV6);
    }

    private void enlargeBuffers() {
        try {
            for (int i = 0; i < dataSockets(); i++) {
                SocketBind.setDataBuffers(ipv4[i]);
                if (ipv6[i] != NO_SOCKET) {
                    SocketBind.setDataBuffers(ipv6[i]);
                }
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "a socket keeps its buffers: {0}", e.getMessage());
        }
        compareBuffers();
    }

    private void compareBuffers() {
        compareBuffer(RECEIVE_BUFFER, linux_h.SO_RCVBUF, SocketBind.RECEIVE_BUFFER_BYTES, "net.core.rmem_max");
        compareBuffer(SEND_BUFFER, linux_h.SO_SNDBUF, SocketBind.SEND_BUFFER_BYTES, "net.core.wmem_max");
    }

    private void compareBuffer(String what, int option, int wanted, String limit) {
        try {
            // The kernel doubles what it is asked for.
            int bytes = Linux.getsockopt(ipv4[0], linux_h.SOL_SOCKET, option) / 2;
            if (bytes < wanted) {
                buffers.begin(what, bytes + " bytes instead of " + wanted + " (" + limit + ")");
            } else {
                buffers.end(what);
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "the size of a socket's buffers cannot be read: {0}", e.getMessage());
        }
    }

    @Override
    public synchronized long receiveLosses(int worker) {
        long sum = 0;
        for (int i = worker * queues; i < (worker + 1) * queues && !closed; i++) {
            sum += losses(ipv4[i]) + losses(ipv6[i]);
        }
        return sum;
    }

    @Override
    public synchronized long handshakeLosses() {
        long sum = 0;
        for (int i = dataSockets(); i < ipv4.length && !closed; i++) {
            sum += losses(ipv4[i]) + losses(ipv6[i]);
        }
        return sum;
    }

    private static long losses(int socket) {
        if (socket == NO_SOCKET) {
            return 0;
        }
        long info = Memory.allocate(MEMINFO_BYTES, Integer.BYTES);
        try {
            Linux.getsockopt(socket, linux_h.SOL_SOCKET, SO_MEMINFO, info, MEMINFO_BYTES);
            return Integer.toUnsignedLong(Memory.getInt(info + MEMINFO_DROPS));
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "reading SO_MEMINFO failed: the losses of a socket are shown as 0", e);
            return 0;
        } finally {
            Memory.free(info);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            closeAll(ipv4);
            closeAll(ipv6);
            routes.close();
        }
    }

    static void closeAll(int[] sockets) {
        for (int socket : sockets) {
            try {
                if (socket != NO_SOCKET) {
                    Linux.close(socket);
                }
            } catch (ErrnoException e) {
                LOG.log(Level.DEBUG, "closing a socket failed", e);
            }
        }
    }
}
