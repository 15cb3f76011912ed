// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import static io.culvert.engine.linux.udp.SocketPort.NO_SOCKET;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.UdpPort;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sock_filter;
import io.culvert.natives.generated.sock_fprog;
import io.culvert.natives.generated.sockaddr_in6;
import io.culvert.natives.linux.Errno;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.BindException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Opens UDP ports on 0.0.0.0 and, for IPv6 only, on [::]. With several workers their sockets share the port
 * (SO_REUSEPORT), and a classic BPF program gives each datagram to worker "receiver index modulo workers": the receiver
 * index is at byte 4 of WireGuard's data messages and was chosen by us.
 */
public final class SocketBind implements Bind {
    /** A socket's send buffer: a burst at full speed. */
    private static final int SEND_BUFFER_BYTES = 7 << 20;
    /** A socket's receive buffer: the full windows of some TCP streams, while the worker waits for a CPU. */
    private static final int RECEIVE_BUFFER_BYTES = 16 << 20;

    private static final int FREE_PORT_TRIES = 100;
    private static final int RECEIVER_INDEX = 4;
    private static final int SOCKADDR_IN_BYTES = 16;

    private final Optional<String> gsoUnavailable;
    private final Optional<String> groUnavailable;

    /**
     * Probes UDP_SEGMENT and UDP_GRO.
     *
     * @param segment whether UDP_SEGMENT may be used to send
     * @param gro whether UDP_GRO may be used to receive
     */
    public SocketBind(boolean segment, boolean gro) {
        gsoUnavailable = segment ? probe(linux_h.UDP_SEGMENT) : Optional.of("switched off");
        groUnavailable = gro ? probe(linux_h.UDP_GRO) : Optional.of("switched off");
    }

    private static Optional<String> probe(int option) {
        try {
            int socket = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
            try {
                Linux.setsockopt(socket, linux_h.SOL_UDP, option, 0);
                return Optional.empty();
            } finally {
                Linux.close(socket);
            }
        } catch (ErrnoException e) {
            return Optional.of(Errno.text(e.errno()));
        }
    }

    /** Why UDP_SEGMENT is not used; empty if it is. */
    public Optional<String> gsoUnavailableReason() {
        return gsoUnavailable;
    }

    /** Why UDP_GRO is not used; empty if it is. */
    public Optional<String> groUnavailableReason() {
        return groUnavailable;
    }

    @Override
    public UdpPort open(int port, int workers, int mark) throws IOException {
        for (int left = port == 0 ? FREE_PORT_TRIES : 1; ; left--) {
            try {
                return openBoth(port, workers, mark);
            } catch (ErrnoException e) {
                if (e.errno() != linux_h.EADDRINUSE) {
                    throw e;
                }
                if (left == 1) {
                    BindException taken = new BindException("UDP port " + port + ": " + Errno.text(e.errno()));
                    taken.initCause(e);
                    throw taken;
                }
            }
        }
    }

    private UdpPort openBoth(int port, int workers, int mark) throws ErrnoException {
        int[] ipv4 = new int[workers];
        int[] ipv6 = new int[workers];
        Arrays.fill(ipv4, NO_SOCKET);
        Arrays.fill(ipv6, NO_SOCKET);
        try {
            int bound = openGroup(linux_h.AF_INET, port, mark, ipv4);
            try {
                openGroup(linux_h.AF_INET6, bound, mark, ipv6);
            } catch (ErrnoException e) {
                // The kernel has no IPv6, or it is switched off in this namespace.
                if (e.errno() != linux_h.EAFNOSUPPORT && e.errno() != linux_h.EADDRNOTAVAIL) {
                    throw e;
                }
            }
            return new SocketPort(bound, ipv4, ipv6, gsoUnavailable.isEmpty());
        } catch (ErrnoException e) {
            SocketPort.closeAll(ipv4);
            SocketPort.closeAll(ipv6);
            throw e;
        }
    }

    /**
     * Opens one family's sockets and returns their port. Order matters: the kernel numbers the sockets of a group as
     * they are bound.
     */
    private int openGroup(int family, int port, int mark, int[] sockets) throws ErrnoException {
        int bound = port;
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = Linux.socket(family, linux_h.SOCK_DGRAM | linux_h.SOCK_NONBLOCK, 0);
            prepare(sockets[i], family, mark);
            if (i > 0) {
                Linux.setsockopt(sockets[i], linux_h.SOL_SOCKET, linux_h.SO_REUSEPORT, 1);
            }
            bind(sockets[i], family, bound);
            if (i == 0) {
                bound = boundPort(sockets[i]);
                // Only now: without SO_REUSEPORT the first bind fails if another program has the port, even a shared
                // one.
                Linux.setsockopt(sockets[i], linux_h.SOL_SOCKET, linux_h.SO_REUSEPORT, sockets.length > 1 ? 1 : 0);
            }
        }
        if (sockets.length > 1) {
            steer(sockets[0], sockets.length);
        }
        return bound;
    }

    private void prepare(int socket, int family, int mark) throws ErrnoException {
        if (family == linux_h.AF_INET6) {
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_V6ONLY, 1);
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_RECVPKTINFO, 1);
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_RECVTCLASS, 1);
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_MTU_DISCOVER, linux_h.IP_PMTUDISC_DONT);
        } else {
            Linux.setsockopt(socket, linux_h.SOL_IP, linux_h.IP_PKTINFO, 1);
            Linux.setsockopt(socket, linux_h.SOL_IP, linux_h.IP_RECVTOS, 1);
            Linux.setsockopt(socket, linux_h.SOL_IP, linux_h.IP_MTU_DISCOVER, linux_h.IP_PMTUDISC_DONT);
        }
        if (groUnavailable.isEmpty()) {
            Linux.setsockopt(socket, linux_h.SOL_UDP, linux_h.UDP_GRO, 1);
        }
        if (mark != 0) {
            Linux.setsockopt(socket, linux_h.SOL_SOCKET, linux_h.SO_MARK, mark);
        }
        setBuffer(socket, linux_h.SO_RCVBUFFORCE, linux_h.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        setBuffer(socket, linux_h.SO_SNDBUFFORCE, linux_h.SO_SNDBUF, SEND_BUFFER_BYTES);
    }

    /** SO_RCVBUFFORCE and SO_SNDBUFFORCE need CAP_NET_ADMIN. Without it the system's limit caps the size silently. */
    private static void setBuffer(int socket, int force, int option, int bytes) throws ErrnoException {
        try {
            Linux.setsockopt(socket, linux_h.SOL_SOCKET, force, bytes);
        } catch (ErrnoException e) {
            Linux.setsockopt(socket, linux_h.SOL_SOCKET, option, bytes);
        }
    }

    private static void bind(int socket, int family, int port) throws ErrnoException {
        // Family and port lie at the same place in both kinds of address, and zero is the wildcard in both.
        long address = Memory.allocate(sockaddr_in6.sizeof(), 8);
        try {
            sockaddr_in6.sin6_family(address, (short) family);
            Memory.putShortBE(address + sockaddr_in6.sin6_port$offset, port);
            int length = family == linux_h.AF_INET6 ? (int) sockaddr_in6.sizeof() : SOCKADDR_IN_BYTES;
            Linux.bind(socket, address, length);
        } finally {
            Memory.free(address);
        }
    }

    private static int boundPort(int socket) throws ErrnoException {
        long address = Memory.allocate(sockaddr_in6.sizeof(), 8);
        try {
            Linux.getsockname(socket, address, (int) sockaddr_in6.sizeof());
            return Memory.getShortBE(address + sockaddr_in6.sin6_port$offset);
        } finally {
            Memory.free(address);
        }
    }

    /** Attaches "return payload[4] modulo workers"; a datagram too short for it goes to worker 0. */
    private static void steer(int socket, int workers) throws ErrnoException {
        long filter = Memory.allocate(3 * sock_filter.sizeof() + sock_fprog.sizeof(), 8);
        long program = filter + 3 * sock_filter.sizeof();
        try {
            instruction(filter, linux_h.BPF_LD | linux_h.BPF_B | linux_h.BPF_ABS, RECEIVER_INDEX);
            instruction(filter + sock_filter.sizeof(), linux_h.BPF_ALU | linux_h.BPF_MOD | linux_h.BPF_K, workers);
            instruction(filter + 2 * sock_filter.sizeof(), linux_h.BPF_RET | linux_h.BPF_A, 0);
            sock_fprog.len(program, (short) 3);
            sock_fprog.filter(program, filter);
            Linux.setsockopt(
                    socket, linux_h.SOL_SOCKET, linux_h.SO_ATTACH_REUSEPORT_CBPF, program, (int) sock_fprog.sizeof());
        } finally {
            Memory.free(filter);
        }
    }

    private static void instruction(long address, int code, int operand) {
        sock_filter.code(address, (short) code);
        sock_filter.k(address, operand);
    }
}
