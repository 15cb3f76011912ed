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
 * The limit on segments of a super-packet that the kernel puts into the TUN: as many as leave in one UDP_SEGMENT send
 * when each is a data message. With more, the last few of each super-packet would need a send of their own, and at the
 * receiver a train, a write and an acknowledgement: a twentieth of the CPU time under TCP.
 */
final class SegmentLimit {
    private static final int HEADER = (int) nlmsghdr.sizeof();
    private static final int ATTRIBUTE = HEADER + (int) ifinfomsg.sizeof();
    private static final int LENGTH = ATTRIBUTE + (int) rtattr.sizeof() + 4;

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
