// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifinfomsg;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.nlmsghdr;
import io.culvert.natives.generated.rtattr;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;

/**
 * The limit on segments of a super-packet that the kernel puts into the TUN (gso_max_segs): as many as leave in one
 * UDP_SEGMENT send when each is a data message. With more, a super-packet leaves as two sends, which costs about 7 % of
 * the CPU time under TCP.
 *
 * <p>Only TCP sockets of the interface's own namespace obey the limit. A longer super-packet that is forwarded, or that
 * an interface on top of the TUN sends, is segmented by the kernel instead (gso_features_check in net/core/dev.c), and
 * its single packets overflow the TUN's queue. So there is no limit while the namespace forwards, nor once software
 * segmentation was seen.
 */
final class SegmentLimit {
    private static final int HEADER = (int) nlmsghdr.sizeof();
    private static final int ATTRIBUTE = HEADER + (int) ifinfomsg.sizeof();
    private static final int LENGTH = ATTRIBUTE + (int) rtattr.sizeof() + 4;

    /** No limit: the kernel's default. */
    static final int NONE = 65_535;

    private SegmentLimit() {}

    /** The limit for an MTU: at least 1, at most {@link WorkerIo#MAX_SEND_SEGMENTS}. */
    static int of(int mtu) {
        int fitting = WorkerIo.MAX_SEGMENTED_BYTES / (mtu + Limits.DATA_OVERHEAD);
        return Math.clamp(fitting, 1, WorkerIo.MAX_SEND_SEGMENTS);
    }

    /**
     * Sets the interface's limit (RTM_SETLINK, IFLA_GSO_MAX_SEGS). The answer is left in the socket, whose owner drains
     * it.
     *
     * <pre>
     *   | nlmsghdr 16 | ifinfomsg 16 | rtattr 4 | segments 4 |
     * </pre>
     *
     * @return whether the request was sent; a kernel that refuses it keeps its limit
     */
    static boolean request(CallState calls, int netlink, int index, int segments) {
        long message = Memory.allocate(LENGTH, 8);
        try {
            nlmsghdr.nlmsg_len(message, LENGTH);
            nlmsghdr.nlmsg_type(message, (short) linux_h.RTM_SETLINK);
            nlmsghdr.nlmsg_flags(message, (short) linux_h.NLM_F_REQUEST);
            ifinfomsg.ifi_index(message + HEADER, index);
            rtattr.rta_len(message + ATTRIBUTE, (short) (LENGTH - ATTRIBUTE));
            rtattr.rta_type(message + ATTRIBUTE, (short) linux_h.IFLA_GSO_MAX_SEGS);
            Memory.putInt(message + ATTRIBUTE + rtattr.sizeof(), segments);
            return Linux.write(calls, netlink, message, LENGTH) == LENGTH;
        } finally {
            Memory.free(message);
        }
    }
}
