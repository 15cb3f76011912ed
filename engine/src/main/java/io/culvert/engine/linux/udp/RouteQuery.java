// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.nlmsgerr;
import io.culvert.natives.generated.nlmsghdr;
import io.culvert.natives.generated.rtattr;
import io.culvert.natives.generated.rtmsg;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Asks the kernel for the route that a datagram would take (RTM_GETROUTE), as {@code ip route get} does, in the network
 * namespace in which the object was made. A query takes some microseconds, waits for no other, and allocates nothing.
 *
 * <pre>
 *   | nlmsghdr 16 | rtmsg 12 | DST | SRC | MARK | OIF | IP_PROTO | SPORT | DPORT |    answer: the same, or nlmsgerr
 * </pre>
 *
 * <p>One thread at a time.
 */
final class RouteQuery implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RouteQuery.class.getName());

    private static final int BODY = (int) nlmsghdr.sizeof();
    private static final int ATTRIBUTES = BODY + (int) rtmsg.sizeof();
    private static final int ATTRIBUTE_HEADER = (int) rtattr.sizeof();
    /** Two addresses of IPv6 and five words, with their headers, take 80 bytes. */
    private static final int REQUEST_BYTES = ATTRIBUTES + 128;

    private static final int ANSWER_BYTES = 4096;
    /** Answers to earlier queries that were cut off, at most. */
    private static final int MAX_READS = 8;

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;
    private static final int LOOPBACK = 1;

    private final CallState calls = new CallState();
    private final int netlink;
    private final int port;
    private final long request = Memory.allocate(REQUEST_BYTES + ANSWER_BYTES, 8);
    private final long answer = request + REQUEST_BYTES;
    private int sequence;
    private int length;
    private boolean ipv6;

    /** Queries for datagrams from a UDP port. */
    RouteQuery(int port) throws ErrnoException {
        this.port = port;
        netlink = Linux.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW | linux_h.SOCK_NONBLOCK, linux_h.NETLINK_ROUTE);
    }

    /**
     * Whether a datagram from the endpoint's source to its remote would leave through the interface that the source was
     * learnt on; {@code false} also if the source is no local address any more. {@code true} while there is no route at
     * all: then no source is better.
     *
     * @param mark the firewall mark of the datagram
     */
    boolean isRouted(UdpEndpoint to, int mark) {
        ipv6 = to.isIpv6();
        if (!isLocal(to)) {
            return false;
        }
        begin(to.high(), to.low());
        putAddress(linux_h.RTA_SRC, to.sourceHigh(), to.sourceLow());
        putInt(linux_h.RTA_MARK, mark);
        if (to.scope() != 0) {
            putInt(linux_h.RTA_OIF, to.scope());
        }
        putPorts(to.port());
        int result = ask();
        return result < 0 || result == linux_h.RTN_LOCAL || outgoing() == to.sourceInterface();
    }

    /** Whether the source is an address of this host; {@code true} if the kernel does not say. */
    private boolean isLocal(UdpEndpoint to) {
        begin(to.sourceHigh(), to.sourceLow());
        if (to.scope() != 0) {
            putInt(linux_h.RTA_OIF, to.scope());
        }
        int result = ask();
        return switch (-result) {
            // No route to it, or one of the types that refuse: unreachable, prohibit, blackhole.
            case linux_h.ENETUNREACH, linux_h.EHOSTUNREACH, linux_h.EACCES, linux_h.EINVAL -> false;
            default -> result == linux_h.RTN_LOCAL || result < 0;
        };
    }

    private void begin(long high, long low) {
        Memory.zero(request, REQUEST_BYTES);
        nlmsghdr.nlmsg_type(request, (short) linux_h.RTM_GETROUTE);
        nlmsghdr.nlmsg_flags(request, (short) linux_h.NLM_F_REQUEST);
        nlmsghdr.nlmsg_seq(request, ++sequence);
        rtmsg.rtm_family(request + BODY, (byte) (ipv6 ? linux_h.AF_INET6 : linux_h.AF_INET));
        rtmsg.rtm_dst_len(request + BODY, (byte) (ipv6 ? IPV6_BITS : IPV4_BITS));
        length = ATTRIBUTES;
        putAddress(linux_h.RTA_DST, high, low);
    }

    private void putAddress(int type, long high, long low) {
        if (type == linux_h.RTA_SRC) {
            rtmsg.rtm_src_len(request + BODY, (byte) (ipv6 ? IPV6_BITS : IPV4_BITS));
        }
        long data = put(type, ipv6 ? 2 * Long.BYTES : Integer.BYTES);
        if (ipv6) {
            Memory.putLongBE(data, high);
            Memory.putLongBE(data + Long.BYTES, low);
        } else {
            Memory.putIntBE(data, (int) low);
        }
    }

    private void putInt(int type, int value) {
        Memory.putInt(put(type, Integer.BYTES), value);
    }

    /** Rules and the choice between several paths may depend on them. */
    private void putPorts(int remotePort) {
        Memory.putByte(put(linux_h.RTA_IP_PROTO, 1), (byte) linux_h.IPPROTO_UDP);
        Memory.putShortBE(put(linux_h.RTA_SPORT, 2), port);
        Memory.putShortBE(put(linux_h.RTA_DPORT, 2), remotePort);
    }

    /** Appends an attribute's header; returns the address of its data. */
    private long put(int type, int bytes) {
        long attribute = request + length;
        rtattr.rta_len(attribute, (short) (ATTRIBUTE_HEADER + bytes));
        rtattr.rta_type(attribute, (short) type);
        length += ATTRIBUTE_HEADER + (bytes + 3 & -4);
        return attribute + ATTRIBUTE_HEADER;
    }

    /**
     * Sends the request, which the kernel answers before the call returns.
     *
     * @return the route's type, such as RTN_LOCAL, or the negative error number
     */
    private int ask() {
        nlmsghdr.nlmsg_len(request, length);
        int sent = Linux.write(calls, netlink, request, length);
        if (sent < 0) {
            return sent;
        }
        for (int i = 0; i < MAX_READS; i++) {
            int bytes = Linux.read(calls, netlink, answer, ANSWER_BYTES);
            if (bytes < ATTRIBUTES) {
                return bytes < 0 ? bytes : -linux_h.EPROTO;
            }
            if (nlmsghdr.nlmsg_seq(answer) == sequence) {
                length = Math.min(bytes, nlmsghdr.nlmsg_len(answer));
                return Short.toUnsignedInt(nlmsghdr.nlmsg_type(answer)) == linux_h.NLMSG_ERROR
                        ? nlmsgerr.error(answer + BODY)
                        : Byte.toUnsignedInt(rtmsg.rtm_type(answer + BODY));
            }
        }
        return -linux_h.EPROTO;
    }

    /** The interface of the route in the answer, 0 if it has none. */
    private int outgoing() {
        for (int at = ATTRIBUTES; at + ATTRIBUTE_HEADER <= length; ) {
            long attribute = answer + at;
            int bytes = Short.toUnsignedInt(rtattr.rta_len(attribute));
            if (bytes < ATTRIBUTE_HEADER) {
                return 0;
            }
            if (Short.toUnsignedInt(rtattr.rta_type(attribute)) == linux_h.RTA_OIF) {
                return Memory.getInt(attribute + ATTRIBUTE_HEADER);
            }
            at += bytes + 3 & -4;
        }
        return 0;
    }

    @Override
    public void close() {
        try {
            Linux.close(netlink);
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing a netlink socket failed", e);
        }
        Memory.free(request);
    }
}
