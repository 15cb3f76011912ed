// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sockaddr_nl;

/** Sockets that receive the kernel's notifications (netlink(7)). */
public final class Netlink {
    private Netlink() {}

    /**
     * Opens a socket in the calling thread's network namespace whose reads do not wait. It has an address of its own:
     * without one it has that of the kernel, which does not get its own messages.
     *
     * @param protocol such as NETLINK_ROUTE
     * @param groups multicast groups 1 to 32 to receive, as bits
     * @return the descriptor
     * @throws ErrnoException when the kernel refuses; then nothing stays open
     */
    public static int open(int protocol, int groups) throws ErrnoException {
        int socket = Linux.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW | linux_h.SOCK_NONBLOCK, protocol);
        long address = Memory.allocate(sockaddr_nl.sizeof(), 8);
        try {
            sockaddr_nl.nl_family(address, (short) linux_h.AF_NETLINK);
            sockaddr_nl.nl_groups(address, groups);
            Linux.bind(socket, address, (int) sockaddr_nl.sizeof());
            return socket;
        } catch (ErrnoException e) {
            Linux.close(socket);
            throw e;
        } finally {
            Memory.free(address);
        }
    }
}
