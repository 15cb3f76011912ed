// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sockaddr_in;
import io.culvert.natives.generated.sockaddr_in6;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** The MTU that the kernel knows of the way to an address: the route's, or what a router said of it. */
final class PathMtu {
    private static final int IP = 0;
    private static final int IP_MTU = 14;
    private static final int IPV6 = 41;
    private static final int IPV6_MTU = 24;
    private static final int SCOPE = 24;

    private PathMtu() {}

    /**
     * In bytes.
     *
     * @throws ErrnoException if there is no route
     */
    static int of(InetSocketAddress to) throws ErrnoException {
        boolean ipv6 = to.getAddress() instanceof Inet6Address;
        int family = ipv6 ? linux_h.AF_INET6 : linux_h.AF_INET;
        int socket = Linux.socket(family, linux_h.SOCK_DGRAM, 0);
        long address = Memory.allocate(sockaddr_in6.sizeof(), Long.BYTES);
        try {
            byte[] bytes = to.getAddress().getAddress();
            Memory.zero(address, sockaddr_in6.sizeof());
            Memory.putShort(address, (short) family);
            Memory.putShortBE(address + 2, to.getPort());
            // Behind the port, and in IPv6 the flow label.
            Memory.copy(bytes, 0, address + (ipv6 ? 8 : 4), bytes.length);
            if (to.getAddress() instanceof Inet6Address scoped) {
                Memory.putInt(address + SCOPE, scoped.getScopeId());
            }
            Linux.connect(socket, address, (int) (ipv6 ? sockaddr_in6.sizeof() : sockaddr_in.sizeof()));
            return ipv6 ? Linux.getsockopt(socket, IPV6, IPV6_MTU) : Linux.getsockopt(socket, IP, IP_MTU);
        } finally {
            Memory.free(address);
            Linux.close(socket);
        }
    }
}
