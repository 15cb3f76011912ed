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
 * What the kernel tells of a received datagram beside its payload: the sender's address, and in control messages (cmsg(3))
 * the local address, the TOS byte, and the size of the datagrams that UDP_GRO joined. One thread; no allocation.
 */
public final class ReceivedMessage {
    /** Room that an address takes: {@code struct sockaddr_in6}. */
    public static final int NAME_BYTES = (int) sockaddr_in6.sizeof();
    /** Room that the control messages take, which are at most 40 + 24 + 24 bytes. */
    public static final int CONTROL_BYTES = 96;

    private static final int ECN = 3;

    private final UdpEndpoint from = new UdpEndpoint();
    private int segment;
    private int ecn;

    /** With nothing parsed yet. */
    public ReceivedMessage() {}

    /**
     * Reads one message's address and control messages.
     *
     * @param flags {@code msg_flags}
     * @return whether they are all there and the datagram too; otherwise it is to be dropped
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
            parseOne(cmsghdr.cmsg_level(at), cmsghdr.cmsg_type(at), at + cmsghdr.sizeof());
            long aligned = size + 7 & -8;
            at += aligned;
            left -= aligned;
        }
    }

    private void parseOne(int level, int type, long data) {
        if (level == linux_h.SOL_UDP && type == linux_h.UDP_GRO) {
            segment = Memory.getInt(data);
        } else if (level == linux_h.SOL_IP && type == linux_h.IP_PKTINFO) {
            int local = Memory.getIntBE(in_pktinfo.ipi_spec_dst(data));
            from.setSource(0, Integer.toUnsignedLong(local), in_pktinfo.ipi_ifindex(data));
        } else if (level == linux_h.SOL_IPV6 && type == linux_h.IPV6_PKTINFO) {
            long local = in6_pktinfo.ipi6_addr(data);
            from.setSource(Memory.getLongBE(local), Memory.getLongBE(local + 8), in6_pktinfo.ipi6_ifindex(data));
        } else if (level == linux_h.SOL_IP && type == linux_h.IP_TOS
                || level == linux_h.SOL_IPV6 && type == linux_h.IPV6_TCLASS) {
            // One byte in IPv4 and a little-endian int in IPv6: the low bits come first in both.
            ecn = Memory.getByte(data) & ECN;
        }
    }

    /** Who sent it and where it came to; overwritten by the next {@link #parse}. */
    public UdpEndpoint from() {
        return from;
    }

    /** The size of each joined datagram but the last, or {@code length}, the length of all, when there is only one. */
    public int segment(int length) {
        return segment > 0 && segment < length ? segment : length;
    }

    /** The outer ECN bits. */
    public int ecn() {
        return ecn;
    }
}
