// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.cmsghdr;
import io.culvert.natives.generated.in6_pktinfo;
import io.culvert.natives.generated.in_pktinfo;
import io.culvert.natives.generated.iovec;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.mmsghdr;
import io.culvert.natives.generated.msghdr;
import io.culvert.natives.generated.sockaddr_in;
import io.culvert.natives.generated.sockaddr_in6;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The messages to be sent through one socket, laid out as the kernel takes them, and the fallbacks for messages that it
 * refuses.
 *
 * <pre>
 *  headers: | struct mmsghdr 0 | struct mmsghdr 1 | ...        as sendmmsg wants them, and sendmsg one by one
 *  bodies:  | iovec, address, control | iovec, ...             control: [TOS] [PKTINFO] [UDP_SEGMENT]
 * </pre>
 *
 * <p>A fallback drops optional control messages from the end, which decides their order. The source address is sent
 * without the interface that it was learnt on: as in the kernel, routing chooses the interface. Confined to one thread;
 * does not allocate.
 */
public final class SendQueue implements AutoCloseable {
    /** The most messages in the queue. */
    public static final int CAPACITY = 64;

    private static final Logger LOG = System.getLogger(SendQueue.class.getName());
    private static final int HEADER = (int) mmsghdr.sizeof();
    private static final int NAME = (int) iovec.sizeof();
    private static final int CONTROL = NAME + 32;
    private static final int BODY = CONTROL + 96;
    /** CMSG_SPACE of an int, which UDP_SEGMENT's 16 bits take too. */
    private static final int INT_SPACE = 24;

    private static final int CMSG = (int) cmsghdr.sizeof();

    private final long headers = Memory.allocate((long) CAPACITY * HEADER, 64);
    private final long bodies = Memory.allocate((long) CAPACITY * BODY, 64);
    // For each message, what a fallback needs.
    private final int[] segments = new int[CAPACITY];
    private final int[] tosBytes = new int[CAPACITY];
    private final boolean[] hasSource = new boolean[CAPACITY];
    private final SendOwner[] owners = new SendOwner[CAPACITY];
    private final CallState calls;
    private final IoCounters counters;
    private int socket = SocketPort.NO_SOCKET;
    private boolean gso;
    private int count;

    /** An empty queue without a socket. */
    public SendQueue(CallState calls, IoCounters counters) {
        this.calls = calls;
        this.counters = counters;
    }

    /** Refuses the queued messages and changes to another socket, or {@link SocketPort#NO_SOCKET}. */
    public void attach(int toSocket, boolean segment) {
        for (int i = 0; i < count; i++) {
            int length = (int) iovec.iov_len(bodies + (long) i * BODY);
            refuse(owners[i], (length + segments[i] - 1) / segments[i], length);
        }
        socket = toSocket;
        gso = segment;
        count = 0;
    }

    /** The socket, or {@link SocketPort#NO_SOCKET}. */
    public int socket() {
        return socket;
    }

    /** Whether a message may hold several datagrams; {@code false} from the first EIO on. */
    public boolean gso() {
        return gso;
    }

    /** The number of queued messages. */
    public int count() {
        return count;
    }

    /** Whether the queue must be sent and {@linkplain #clear cleared} before the next {@link #add}. */
    public boolean isFull() {
        return count == CAPACITY;
    }

    /** The address of message {@code i}'s {@code struct msghdr}, which begins a {@code struct mmsghdr}. */
    public long message(int i) {
        return headers + (long) i * HEADER;
    }

    /** Hands all messages to the kernel by sendmmsg(2); the queue is empty afterwards. */
    public void send() {
        for (int done = 0; done < count; ) {
            counters.add(Counter.SYSCALLS, 1);
            int sent = Linux.sendmmsg(calls, socket, message(done), count - done, linux_h.MSG_DONTWAIT);
            if (sent == -linux_h.EINTR) {
                continue;
            }
            if (sent < 0) {
                finished(done++, sent);
            }
            for (int i = 0; i < sent; i++) {
                finished(done++, 0);
            }
        }
        clear();
    }

    /** Removes all messages; the caller may reuse their memory. */
    public void clear() {
        count = 0;
    }

    /** Queues a message; not while {@link #isFull}. Parameters as in {@link io.culvert.engine.io.WorkerIo#send}. */
    public void add(long address, int length, int segment, UdpEndpoint to, int tos, SendOwner owner) {
        int i = count++;
        long body = bodies + (long) i * BODY;
        long message = message(i);
        iovec.iov_base(body, address);
        iovec.iov_len(body, length);
        segments[i] = segment;
        owners[i] = owner;
        hasSource[i] = to.usesSource();
        msghdr.msg_name(message, body + NAME);
        msghdr.msg_namelen(message, putName(body + NAME, to));
        msghdr.msg_iov(message, body);
        msghdr.msg_iovlen(message, 1);
        long control = body + CONTROL;
        long end = control;
        if (tos != 0) {
            end = putControl(end, to.isIpv6() ? linux_h.SOL_IPV6 : linux_h.SOL_IP, tosType(to), 4);
            Memory.putInt(end - INT_SPACE + CMSG, tos);
        }
        tosBytes[i] = (int) (end - control);
        if (hasSource[i]) {
            end = putSource(end, to);
        }
        if (segment < length) {
            end = putControl(end, linux_h.SOL_UDP, linux_h.UDP_SEGMENT, 2);
            Memory.putShort(end - INT_SPACE + CMSG, (short) segment);
        }
        msghdr.msg_control(message, control);
        msghdr.msg_controllen(message, end - control);
    }

    private static int tosType(UdpEndpoint to) {
        return to.isIpv6() ? linux_h.IPV6_TCLASS : linux_h.IP_TOS;
    }

    private static int putName(long name, UdpEndpoint to) {
        Memory.putShortBE(name + sockaddr_in.sin_port$offset, to.port());
        if (to.isIpv6()) {
            sockaddr_in6.sin6_family(name, (short) linux_h.AF_INET6);
            sockaddr_in6.sin6_flowinfo(name, 0);
            Memory.putLongBE(sockaddr_in6.sin6_addr(name), to.high());
            Memory.putLongBE(sockaddr_in6.sin6_addr(name) + 8, to.low());
            sockaddr_in6.sin6_scope_id(name, to.scope());
            return (int) sockaddr_in6.sizeof();
        }
        sockaddr_in.sin_family(name, (short) linux_h.AF_INET);
        Memory.putIntBE(sockaddr_in.sin_addr(name), (int) to.low());
        return (int) sockaddr_in.sizeof();
    }

    /** Writes a control message's header; returns the address behind its data, aligned. */
    private static long putControl(long at, int level, int type, long bytes) {
        cmsghdr.cmsg_len(at, CMSG + bytes);
        cmsghdr.cmsg_level(at, level);
        cmsghdr.cmsg_type(at, type);
        return at + CMSG + (bytes + 7 & -8);
    }

    private static long putSource(long at, UdpEndpoint to) {
        long info = at + CMSG;
        if (to.isIpv6()) {
            Memory.putLongBE(in6_pktinfo.ipi6_addr(info), to.sourceHigh());
            Memory.putLongBE(in6_pktinfo.ipi6_addr(info) + 8, to.sourceLow());
            in6_pktinfo.ipi6_ifindex(info, 0);
            return putControl(at, linux_h.SOL_IPV6, linux_h.IPV6_PKTINFO, in6_pktinfo.sizeof());
        }
        in_pktinfo.ipi_ifindex(info, 0);
        Memory.putIntBE(in_pktinfo.ipi_spec_dst(info), (int) to.sourceLow());
        Memory.putInt(in_pktinfo.ipi_addr(info), 0);
        return putControl(at, linux_h.SOL_IP, linux_h.IP_PKTINFO, in_pktinfo.sizeof());
    }

    /**
     * Takes the result of message {@code i}. A refused message is sent again at once in a simpler form if it has one:
     * datagram by datagram if the kernel would not segment it, and without its source address if that is no longer
     * local.
     *
     * @param result the number of bytes sent, or the negative errno
     */
    public void finished(int i, int result) {
        long body = bodies + (long) i * BODY;
        int length = (int) iovec.iov_len(body);
        boolean notSegmented = result == -linux_h.EIO || result == -linux_h.EINVAL || result == -linux_h.EMSGSIZE;
        if (segments[i] < length && (notSegmented || hasSource[i] && isSourceError(result))) {
            if (result == -linux_h.EIO && gso) {
                // The route's device cannot compute checksums. EINVAL and EMSGSIZE concern this message only.
                gso = false;
                LOG.log(
                        Level.WARNING,
                        "the kernel refused UDP_SEGMENT (EIO): datagrams are sent one by one from now on");
            }
            counters.add(Counter.UDP_GSO_FALLBACKS, 1);
            sendEach(i, body, length);
        } else {
            count(i, retryWithoutSource(i, result), (length + segments[i] - 1) / segments[i], length);
        }
    }

    private void sendEach(int i, long body, int length) {
        long message = message(i);
        msghdr.msg_controllen(message, msghdr.msg_controllen(message) - INT_SPACE);
        long first = iovec.iov_base(body);
        for (int done = 0; done < length; done += segments[i]) {
            iovec.iov_base(body, first + done);
            int bytes = Math.min(segments[i], length - done);
            iovec.iov_len(body, bytes);
            count(i, retryWithoutSource(i, sendNow(message)), 1, bytes);
        }
    }

    private int retryWithoutSource(int i, int result) {
        if (!hasSource[i] || !isSourceError(result)) {
            return result;
        }
        counters.add(Counter.UDP_SOURCE_FALLBACKS, 1);
        hasSource[i] = false;
        msghdr.msg_controllen(message(i), tosBytes[i]);
        return sendNow(message(i));
    }

    /** Whether the kernel may have refused the source address, because it was removed or no route uses it any more. */
    private static boolean isSourceError(int result) {
        return switch (-result) {
            case linux_h.EINVAL, linux_h.EADDRNOTAVAIL, linux_h.ENETUNREACH, linux_h.EHOSTUNREACH, linux_h.ENODEV ->
                true;
            default -> false;
        };
    }

    private int sendNow(long message) {
        counters.add(Counter.SYSCALLS, 1);
        return Linux.sendmsg(calls, socket, message, linux_h.MSG_DONTWAIT);
    }

    private void count(int i, int result, int datagrams, int bytes) {
        if (result >= 0) {
            counters.add(Counter.UDP_SENDS, 1);
            return;
        }
        refuse(owners[i], datagrams, bytes);
        if (result == -linux_h.EAGAIN || result == -linux_h.ENOBUFS) {
            counters.add(Counter.UDP_SEND_DROPS, datagrams);
        } else {
            counters.add(Counter.UDP_SEND_ERRORS, 1);
        }
    }

    /** Tells an owner, if there is one, of lost datagrams. */
    public static void refuse(SendOwner owner, int datagrams, int bytes) {
        if (owner != null) {
            owner.onRefused(datagrams, bytes);
        }
    }

    @Override
    public void close() {
        Memory.free(headers);
        Memory.free(bodies);
    }
}
