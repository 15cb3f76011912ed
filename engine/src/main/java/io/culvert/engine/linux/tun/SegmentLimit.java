// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifinfomsg;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.nlmsgerr;
import io.culvert.natives.generated.nlmsghdr;
import io.culvert.natives.generated.rtattr;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
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

    /** The answer holds the request. */
    private static final int ANSWER_BYTES = HEADER + (int) nlmsgerr.sizeof() + LENGTH + 64;

    /** A shortfall: the limit is not set, or not taken away. */
    static final String SHORTFALL = "segment-limit";

    /** No limit: the kernel's default. */
    static final int NONE = 65_535;

    private SegmentLimit() {}

    /** The limit for an MTU: at least 1, at most {@link WorkerIo#MAX_SEND_SEGMENTS}. */
    static int of(int mtu) {
        int fitting = WorkerIo.MAX_SEGMENTED_BYTES / (mtu + Limits.DATA_OVERHEAD);
        return Math.clamp(fitting, 1, WorkerIo.MAX_SEND_SEGMENTS);
    }

    /**
     * Sets the limit of an interface in the calling thread's network namespace (RTM_SETLINK, IFLA_GSO_MAX_SEGS).
     *
     * <pre>
     *   | nlmsghdr 16 | ifinfomsg 16 | rtattr 4 | segments 4 |      answer: | nlmsghdr 16 | nlmsgerr |
     * </pre>
     *
     * @throws ErrnoException when the kernel refuses
     */
    static void set(int index, int segments) throws ErrnoException {
        int netlink = Linux.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW, linux_h.NETLINK_ROUTE);
        long message = Memory.allocate(ANSWER_BYTES, 8);
        try {
            nlmsghdr.nlmsg_len(message, LENGTH);
            nlmsghdr.nlmsg_type(message, (short) linux_h.RTM_SETLINK);
            nlmsghdr.nlmsg_flags(message, (short) (linux_h.NLM_F_REQUEST | linux_h.NLM_F_ACK));
            ifinfomsg.ifi_index(message + HEADER, index);
            rtattr.rta_len(message + ATTRIBUTE, (short) (LENGTH - ATTRIBUTE));
            rtattr.rta_type(message + ATTRIBUTE, (short) linux_h.IFLA_GSO_MAX_SEGS);
            Memory.putInt(message + ATTRIBUTE + rtattr.sizeof(), segments);
            CallState calls = new CallState();
            int result = Linux.write(calls, netlink, message, LENGTH);
            // The kernel has answered when the write returns.
            result = result < 0 ? result : Linux.read(calls, netlink, message, ANSWER_BYTES);
            result = result < 0 ? result : nlmsgerr.error(message + HEADER);
            if (result != 0) {
                throw new ErrnoException("setting gso_max_segs", -result);
            }
        } finally {
            Memory.free(message);
            Linux.close(netlink);
        }
    }
}
