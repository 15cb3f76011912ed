// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * A UDP endpoint.
 *
 * @param address a unicast address, neither unspecified nor link-local
 * @param port 1 to 65535
 */
public record Endpoint(InetAddress address, int port) {
    /** Checks that something can be sent there. */
    public Endpoint {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the port of an endpoint is one from 1 to 65535, not " + port);
        }
        if (address.isAnyLocalAddress() || address.isMulticastAddress() || address.isLinkLocalAddress()) {
            throw new IllegalArgumentException("not a unicast address that others reach: " + Addresses.text(address));
        }
        if (address.getAddress().length == 4 && (address.getAddress()[0] & 0xf0) == 0xf0) {
            throw new IllegalArgumentException("not a unicast address: " + Addresses.text(address));
        }
    }

    /**
     * Reads such as 192.0.2.1:51820 or [2001:db8::1]:51820. Names are refused: no name service is asked.
     *
     * @throws IllegalArgumentException if the text is no endpoint
     */
    public static Endpoint of(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || !text.substring(colon + 1).matches("[1-9][0-9]{0,4}")) {
            throw new IllegalArgumentException(
                    "not an endpoint such as 192.0.2.1:51820 or [2001:db8::1]:51820: " + text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        InetAddress address = Addresses.of(bracketed ? host.substring(1, host.length() - 1) : host);
        if (bracketed != host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address, and no other, stands in brackets: " + text);
        }
        return new Endpoint(address, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        String host = Addresses.text(address);
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
    }
}
