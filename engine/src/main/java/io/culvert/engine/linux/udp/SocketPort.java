// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.UdpPort;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.stream.IntStream;

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

    private final int port;
    private final int[] ipv4;
    private final int[] ipv6;
    private final int queues;
    private final boolean segments;
    /** Guarded by the monitor of this object, so that no method uses a closed descriptor. */
    private boolean closed;

    /**
     * An open port.
     *
     * @param queues receive queues of each worker and family
     */
    SocketPort(int port, int[] ipv4, int[] ipv6, int queues, boolean segments) {
        this.port = port;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.queues = queues;
        this.segments = segments;
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
        return segments;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public synchronized void setFwmark(int mark) throws ErrnoException {
        for (int i = 0; i < ipv4.length && !closed; i++) {
            Linux.setsockopt(ipv4[i], linux_h.SOL_SOCKET, linux_h.SO_MARK, mark);
            if (ipv6[i] != NO_SOCKET) {
                Linux.setsockopt(ipv6[i], linux_h.SOL_SOCKET, linux_h.SO_MARK, mark);
            }
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
