// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.cmsghdr;
import io.culvert.natives.generated.in6_pktinfo;
import io.culvert.natives.generated.in_pktinfo;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sockaddr_in;
import io.culvert.natives.generated.sockaddr_in6;

/**
 * What the kernel reports about a received datagram beside its payload: the sender's address and, in control messages
 * (cmsg(3)), the local address, the TOS byte and the size of datagrams that UDP_GRO coalesced. Confined to one thread;
 * does not allocate.
 */
public final class ReceivedMessage {
    /** Size of an address: {@code struct sockaddr_in6}. */
    public static final int NAME_BYTES = (int) sockaddr_in6.sizeof();
    /** Size of the control messages, which take at most 40 + 24 + 24 bytes. */
    public static final int CONTROL_BYTES = 96;

    private static final int ECN = 3;

    private final UdpEndpoint from = new UdpEndpoint();
    private int segment;
    private int ecn;

    /** A message before its first {@link #parse}. */
    public ReceivedMessage() {}

    /**
     * Reads one message's address and control messages.
     *
     * @param flags {@code msg_flags}
     * @return {@code false} when the datagram or a control message was truncated, or the address family is unknown: the
     *     datagram must then be dropped
     */
    public boolean parse(long name, int nameLength, long control, int controlLength, int flags) {
        segment = 0;
        ecn = 0;
        if ((flags & (linux_h.MSG_TRUNC | linux_h.MSG_CTRUNC)) != 0) {
            return false;
        }
        int family = nameLength < Short.BYTES ? 0 : sockaddr_in.sin_family(name);
        if (family == linux_h.AF_INET) {
            int address = Memory.getIntBE(sockaddr_in.sin_addr(name));
            from.setIpv4(address, Memory.getShortBE(name + sockaddr_in.sin_port$offset));
        } else if (family == linux_h.AF_INET6) {
            long address = sockaddr_in6.sin6_addr(name);
            int port = Memory.getShortBE(name + sockaddr_in6.sin6_port$offset);
            from.setIpv6(
                    Memory.getLongBE(address), Memory.getLongBE(address + 8), port, sockaddr_in6.sin6_scope_id(name));
        } else {
            return false;
        }
        parseControl(control, controlLength);
        return true;
    }

    private void parseControl(long control, int length) {
        long at = control;
        long left = length;
        while (left >= cmsghdr.sizeof()) {
            long size = cmsghdr.cmsg_len(at);
            if (size < cmsghdr.sizeof() || size > left) {
                return;
            }
            parseOne(cmsghdr.cmsg_level(at), cmsghdr.cmsg_type(at), at + cmsghdr.sizeof(), size - cmsghdr.sizeof());
            long aligned = size + 7 & -8;
            at += aligned;
            left -= aligned;
        }
    }

    /** A message that is shorter than its type says something else, and is not read. */
    private void parseOne(int level, int type, long data, long size) {
        if (level == linux_h.SOL_UDP && type == linux_h.UDP_GRO && size >= Integer.BYTES) {
            segment = Memory.getInt(data);
        } else if (level == linux_h.SOL_IP && type == linux_h.IP_PKTINFO && size >= in_pktinfo.sizeof()) {
            int local = Memory.getIntBE(in_pktinfo.ipi_spec_dst(data));
            from.setSource(0, Integer.toUnsignedLong(local), in_pktinfo.ipi_ifindex(data));
        } else if (level == linux_h.SOL_IPV6 && type == linux_h.IPV6_PKTINFO && size >= in6_pktinfo.sizeof()) {
            long local = in6_pktinfo.ipi6_addr(data);
            from.setSource(Memory.getLongBE(local), Memory.getLongBE(local + 8), in6_pktinfo.ipi6_ifindex(data));
        } else if (size > 0
                && (level == linux_h.SOL_IP && type == linux_h.IP_TOS
                        || level == linux_h.SOL_IPV6 && type == linux_h.IPV6_TCLASS)) {
            // IPv4 has one byte, IPv6 a little-endian int: the low bits come first in both.
            ecn = Memory.getByte(data) & ECN;
        }
    }

    /** The sender and the local address; overwritten by the next {@link #parse}. */
    public UdpEndpoint from() {
        return from;
    }

    /** The size of each coalesced datagram but the last; {@code length}, the length of all, if there is only one. */
    public int segment(int length) {
        return segment > 0 && segment < length ? segment : length;
    }

    /** The outer ECN bits. */
    public int ecn() {
        return ecn;
    }
}
