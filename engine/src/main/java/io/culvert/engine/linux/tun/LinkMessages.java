// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.natives.generated.ifinfomsg;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.nlmsghdr;

/**
 * Notifications of links (RTM_NEWLINK). An interface that was set down and up again looks as before by the time that it
 * is read; only a notification tells.
 *
 * <pre>
 *   | nlmsghdr 16 | ifinfomsg 16: index, flags | attributes |  padded to 4 bytes; then the next
 * </pre>
 */
final class LinkMessages {
    private static final int HEADER = (int) nlmsghdr.sizeof();
    private static final int LEAST = HEADER + (int) ifinfomsg.sizeof();

    private LinkMessages() {}

    /** Whether one of the messages of so many bytes says that an interface is down. */
    static boolean sayDown(long messages, int bytes, int index) {
        for (int at = 0; at + LEAST <= bytes; ) {
            long message = messages + at;
            int length = nlmsghdr.nlmsg_len(message);
            if (length < HEADER || length > bytes - at) {
                return false;
            }
            if (Short.toUnsignedInt(nlmsghdr.nlmsg_type(message)) == linux_h.RTM_NEWLINK
                    && length >= LEAST
                    && ifinfomsg.ifi_index(message + HEADER) == index
                    && (ifinfomsg.ifi_flags(message + HEADER) & linux_h.IFF_UP) == 0) {
                return true;
            }
            at += length + 3 & -4;
        }
        return false;
    }
}
