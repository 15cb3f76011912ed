// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sockaddr_in;
import io.culvert.natives.generated.sockaddr_in6;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A socket address off the heap, as the kernel takes it. Any thread may read it until it is closed. */
public final class Endpoint implements AutoCloseable {
    private final long address;
    private final int length;

    /** Of {@code given}, which is resolved. */
    public Endpoint(InetSocketAddress given) {
        InetAddress host = given.getAddress();
        byte[] bytes = host.getAddress();
        boolean ipv6 = host instanceof Inet6Address;
        length = (int) (ipv6 ? sockaddr_in6.sizeof() : sockaddr_in.sizeof());
        address = Memory.allocate(length, Long.BYTES);
        Memory.zero(address, length);
        if (ipv6) {
            sockaddr_in6.sin6_family(address, (short) linux_h.AF_INET6);
        } else {
            sockaddr_in.sin_family(address, (short) linux_h.AF_INET);
        }
        Memory.putShortBE(address + sockaddr_in.sin_port$offset, given.getPort());
        long host32 = ipv6 ? sockaddr_in6.sin6_addr$offset : sockaddr_in.sin_addr$offset;
        Memory.copy(bytes, 0, address + host32, bytes.length);
    }

    /** Where it lies. */
    public long address() {
        return address;
    }

    /** Its size in bytes. */
    public int length() {
        return length;
    }

    /** {@code AF_INET} or {@code AF_INET6}. */
    public int family() {
        return length == sockaddr_in.sizeof() ? linux_h.AF_INET : linux_h.AF_INET6;
    }

    @Override
    public void close() {
        Memory.free(address);
    }
}
