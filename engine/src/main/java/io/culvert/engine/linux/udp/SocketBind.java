// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import static io.culvert.engine.linux.udp.SocketPort.NO_SOCKET;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.NoDescriptorsException;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.message.Message;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sock_filter;
import io.culvert.natives.generated.sock_fprog;
import io.culvert.natives.generated.sockaddr_in6;
import io.culvert.natives.linux.Capabilities;
import io.culvert.natives.linux.Errno;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.BindException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Opens UDP ports on 0.0.0.0 and, for IPv6 only, on [::]. The sockets of a family share the port (SO_REUSEPORT), and a
 * classic BPF program gives each datagram to one of them. Data messages go by the receiver index, which was chosen by
 * us, at byte 4: to worker "first byte modulo workers", and there to receive queue "second byte modulo queues", so that
 * a peer does not wait behind datagrams of others. Handshake messages have sockets of their own, so that a flood of
 * them does not stand in front of data, and a flood of initiations not in front of answers to our own.
 *
 * <pre>
 *   0 to N - 1   type 4, by receiver index: N = workers * queues
 *   N            type 1, and what is no WireGuard message
 *   N + 1        types 2 and 3
 * </pre>
 */
public final class SocketBind implements Bind {
    /** The first port that any user may bind, unless the system is set up otherwise. */
    private static final int UNPRIVILEGED_PORTS = 1024;
    /** A socket's send buffer: a burst at full speed. */
    static final int SEND_BUFFER_BYTES = 7 << 20;
    /** The receive buffer of each queue: the full windows of some TCP streams, while the worker waits for a CPU. */
    static final int RECEIVE_BUFFER_BYTES = 16 << 20;

    /** Receive queues of all workers together and a family, if that is enough for each to have {@link #MIN_QUEUES}. */
    private static final int QUEUES = 64;

    private static final int MIN_QUEUES = 2;

    /**
     * The receive buffer of a socket for handshake messages: a datagram of one takes 768 bytes on loopback and up to
     * some 2,300 with a network card's buffer, so a burst of 900 to 2,700. The kernel doubles it.
     */
    private static final int HANDSHAKE_RECEIVE_BYTES = 1 << 20;
    /** The send buffer of such a socket: some 600 cookie replies. */
    private static final int HANDSHAKE_SEND_BYTES = 256 << 10;

    private static final int FREE_PORT_TRIES = 100;
    private static final int TYPE = 0;
    private static final int RECEIVER_INDEX = 4;
    private static final int INSTRUCTIONS = 14;
    private static final int SOCKADDR_IN_BYTES = 16;

    private final Optional<String> gsoUnavailable;
    private final Optional<String> groUnavailable;
    private final int maxQueues;

    /**
     * Probes UDP_SEGMENT and UDP_GRO.
     *
     * @param segment whether UDP_SEGMENT may be used to send
     * @param gro whether UDP_GRO may be used to receive
     * @param maxQueues the most receive queues of a worker and family, at least 1
     */
    public SocketBind(boolean segment, boolean gro, int maxQueues) {
        this.maxQueues = maxQueues;
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
                if (e.errno() == linux_h.EMFILE || e.errno() == linux_h.ENFILE) {
                    throw new NoDescriptorsException("UDP port " + port + ": " + e.getMessage(), e);
                }
                if (e.errno() != linux_h.EADDRINUSE) {
                    throw e;
                }
                if (left == 1) {
                    throw taken(port, e);
                }
            }
        }
    }

    private static BindException taken(int port, ErrnoException cause) {
        BindException taken = new BindException("UDP port " + port + ": " + Errno.text(cause.errno()));
        taken.initCause(cause);
        return taken;
    }

    /** By one socket of each family, without a group of them. */
    @Override
    public void tryOut(int port, int mark) throws IOException {
        int[] sockets = {NO_SOCKET, NO_SOCKET};
        try {
            sockets[0] = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
            prepare(sockets[0], linux_h.AF_INET, mark);
            bind(sockets[0], linux_h.AF_INET, port);
            sockets[1] = Linux.socket(linux_h.AF_INET6, linux_h.SOCK_DGRAM, 0);
            prepare(sockets[1], linux_h.AF_INET6, mark);
            bind(sockets[1], linux_h.AF_INET6, port);
        } catch (ErrnoException e) {
            if (e.errno() == linux_h.EADDRINUSE) {
                throw taken(port, e);
            }
            if (!SocketPort.isWithoutIpv6(e)) {
                throw e;
            }
        } finally {
            SocketPort.closeAll(sockets);
        }
    }

    private UdpPort openBoth(int port, int workers, int mark) throws ErrnoException {
        int queues = Math.min(Math.max(QUEUES / workers, MIN_QUEUES), maxQueues);
        int[] ipv4 = new int[workers * queues + SocketPort.HANDSHAKE_SOCKETS];
        Arrays.fill(ipv4, NO_SOCKET);
        SocketPort opened;
        try {
            int bound = openGroup(linux_h.AF_INET, port, mark, ipv4, queues);
            opened = new SocketPort(this, bound, ipv4, queues, mark);
        } catch (ErrnoException e) {
            SocketPort.closeAll(ipv4);
            throw e;
        }
        try {
            opened.openIpv6();
            return opened;
        } catch (ErrnoException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Opens one family's sockets and returns their port; after an error, those opened so far are the caller's. Order
     * matters: the kernel numbers the sockets of a group as they are bound.
     */
    int openGroup(int family, int port, int mark, int[] sockets, int queues) throws ErrnoException {
        int bound = port;
        int dataSockets = sockets.length - SocketPort.HANDSHAKE_SOCKETS;
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = Linux.socket(family, linux_h.SOCK_DGRAM | linux_h.SOCK_NONBLOCK, 0);
            prepare(sockets[i], family, mark);
            if (i < dataSockets) {
                prepareForData(sockets[i], family);
            } else {
                setBuffers(sockets[i], HANDSHAKE_RECEIVE_BYTES, HANDSHAKE_SEND_BYTES);
            }
            if (i > 0) {
                Linux.setsockopt(sockets[i], linux_h.SOL_SOCKET, linux_h.SO_REUSEPORT, 1);
            }
            bind(sockets[i], family, bound);
            if (i == 0) {
                bound = boundPort(sockets[i]);
                // Only now: without SO_REUSEPORT the first bind fails if another program has the port, even a shared
                // one.
                Linux.setsockopt(sockets[i], linux_h.SOL_SOCKET, linux_h.SO_REUSEPORT, 1);
            }
        }
        steer(sockets[0], dataSockets / queues, queues);
        return bound;
    }

    private void prepare(int socket, int family, int mark) throws ErrnoException {
        if (family == linux_h.AF_INET6) {
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_V6ONLY, 1);
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_RECVPKTINFO, 1);
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_MTU_DISCOVER, linux_h.IP_PMTUDISC_DONT);
        } else {
            Linux.setsockopt(socket, linux_h.SOL_IP, linux_h.IP_PKTINFO, 1);
            Linux.setsockopt(socket, linux_h.SOL_IP, linux_h.IP_MTU_DISCOVER, linux_h.IP_PMTUDISC_DONT);
        }
        if (groUnavailable.isEmpty()) {
            // On all sockets of a group: to learn whether it may coalesce a datagram the kernel looks at one of them,
            // which it finds without the program.
            Linux.setsockopt(socket, linux_h.SOL_UDP, linux_h.UDP_GRO, 1);
        }
        if (mark != 0) {
            SocketPort.setMark(socket, mark);
        }
    }

    /** ECN and large buffers, which handshake messages do not need. */
    private static void prepareForData(int socket, int family) throws ErrnoException {
        if (family == linux_h.AF_INET6) {
            Linux.setsockopt(socket, linux_h.SOL_IPV6, linux_h.IPV6_RECVTCLASS, 1);
        } else {
            Linux.setsockopt(socket, linux_h.SOL_IP, linux_h.IP_RECVTOS, 1);
        }
        setDataBuffers(socket);
    }

    /** Gives a socket for data its buffers, as large as the system allows. */
    static void setDataBuffers(int socket) throws ErrnoException {
        setBuffers(socket, RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES);
    }

    private static void setBuffers(int socket, int receiveBytes, int sendBytes) throws ErrnoException {
        setBuffer(socket, linux_h.SO_RCVBUFFORCE, linux_h.SO_RCVBUF, receiveBytes);
        setBuffer(socket, linux_h.SO_SNDBUFFORCE, linux_h.SO_SNDBUF, sendBytes);
    }

    /** SO_RCVBUFFORCE and SO_SNDBUFFORCE need CAP_NET_ADMIN. Without it the system's limit caps the size. */
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
            bind(socket, address, length, port);
        } finally {
            Memory.free(address);
        }
    }

    /** Ports below 1024 need a capability, which the thread has for this call only. */
    private static void bind(int socket, long address, int length, int port) throws ErrnoException {
        if (port == 0 || port >= UNPRIVILEGED_PORTS) {
            Linux.bind(socket, address, length);
            return;
        }
        try (Capabilities.Raised _ = Capabilities.raise(linux_h.CAP_NET_BIND_SERVICE)) {
            Linux.bind(socket, address, length);
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

    /**
     * Attaches the program that the class comment describes. A datagram too short for one of its loads goes to socket
     * 0: the kernel takes a failed load as the result 0.
     */
    private static void steer(int socket, int workers, int queues) throws ErrnoException {
        long filter = Memory.allocate(INSTRUCTIONS * sock_filter.sizeof() + sock_fprog.sizeof(), 8);
        long program = filter + INSTRUCTIONS * sock_filter.sizeof();
        int loadByte = linux_h.BPF_LD | linux_h.BPF_B | linux_h.BPF_ABS;
        int modulo = linux_h.BPF_ALU | linux_h.BPF_MOD | linux_h.BPF_K;
        int equals = linux_h.BPF_JMP | linux_h.BPF_JEQ | linux_h.BPF_K;
        int answer = linux_h.BPF_RET | linux_h.BPF_K;
        int dataSockets = workers * queues;
        try {
            instruction(filter, 0, loadByte, TYPE);
            jump(filter, 1, equals, Message.DATA, 0, 8);
            instruction(filter, 2, loadByte, RECEIVER_INDEX);
            instruction(filter, 3, modulo, workers);
            instruction(filter, 4, linux_h.BPF_ALU | linux_h.BPF_MUL | linux_h.BPF_K, queues);
            instruction(filter, 5, linux_h.BPF_MISC | linux_h.BPF_TAX, 0);
            instruction(filter, 6, loadByte, RECEIVER_INDEX + 1);
            instruction(filter, 7, modulo, queues);
            instruction(filter, 8, linux_h.BPF_ALU | linux_h.BPF_ADD | linux_h.BPF_X, 0);
            instruction(filter, 9, linux_h.BPF_RET | linux_h.BPF_A, 0);
            jump(filter, 10, equals, Message.HANDSHAKE_RESPONSE, 2, 0);
            jump(filter, 11, equals, Message.HANDSHAKE_COOKIE, 1, 0);
            instruction(filter, 12, answer, dataSockets);
            instruction(filter, 13, answer, dataSockets + 1);
            sock_fprog.len(program, (short) INSTRUCTIONS);
            sock_fprog.filter(program, filter);
            Linux.setsockopt(
                    socket, linux_h.SOL_SOCKET, linux_h.SO_ATTACH_REUSEPORT_CBPF, program, (int) sock_fprog.sizeof());
        } finally {
            Memory.free(filter);
        }
    }

    private static void instruction(long filter, int number, int code, int operand) {
        jump(filter, number, code, operand, 0, 0);
    }

    /** An instruction that skips {@code ifTrue} or {@code ifFalse} of the next ones. */
    private static void jump(long filter, int number, int code, int operand, int ifTrue, int ifFalse) {
        long address = filter + number * sock_filter.sizeof();
        sock_filter.code(address, (short) code);
        sock_filter.jt(address, (byte) ifTrue);
        sock_filter.jf(address, (byte) ifFalse);
        sock_filter.k(address, operand);
    }
}
