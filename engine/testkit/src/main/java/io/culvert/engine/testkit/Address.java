// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.UdpEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An IP address and port in a {@link MemoryNetwork}.
 *
 * @param ipv6 whether IPv6, else IPv4
 * @param high the upper half, 0 for IPv4
 * @param low the lower half, or the IPv4 address
 * @param port 0 to 65,535
 */
public record Address(boolean ipv6, long high, long low, int port) {
    /** An address in its usual textual form. */
    public static Address of(String address, int port) {
        UdpEndpoint endpoint = new UdpEndpoint();
        endpoint.set(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        return remoteOf(endpoint);
    }

    static Address remoteOf(UdpEndpoint endpoint) {
        return new Address(endpoint.isIpv6(), endpoint.high(), endpoint.low(), endpoint.port());
    }

    /** The same address with another port. */
    public Address withPort(int other) {
        return new Address(ipv6, high, low, other);
    }

    /** The same as a socket address of the JDK. */
    public InetSocketAddress toSocketAddress() {
        UdpEndpoint endpoint = new UdpEndpoint();
        setRemote(endpoint);
        return endpoint.toSocketAddress();
    }

    void setRemote(UdpEndpoint endpoint) {
        if (ipv6) {
            endpoint.setIpv6(high, low, port, 0);
        } else {
            endpoint.setIpv4((int) low, port);
        }
    }
}
