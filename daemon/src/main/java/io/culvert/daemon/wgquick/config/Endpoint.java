// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.uapi.AddressText;
import java.net.InetSocketAddress;

/**
 * The configured endpoint of a peer.
 *
 * @param host a numeric address, without brackets, or a name
 * @param port 1 to 65,535
 * @param line of the file, 0 if it is from none
 */
public record Endpoint(String host, int port, int line) {
    /** Parses {@code 192.0.2.1:51820}, {@code [2001:db8::1]:51820} or {@code host.example:51820}, or {@code null}. */
    static Endpoint parse(String text, int line) {
        int colon = text.lastIndexOf(':');
        long port = colon < 0 ? -1 : AddressText.decimal(text.substring(colon + 1), 65_535);
        if (port <= 0) {
            return null;
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            return AddressText.endpoint("[" + host + "]:1") == null && !host.contains("%")
                    ? null
                    : new Endpoint(host, (int) port, line);
        }
        // A name has letters, digits, hyphens, dots and, against RFC 952, sometimes underscores.
        return host.matches("[A-Za-z0-9._-]+") && !isBadAddress(host) ? new Endpoint(host, (int) port, line) : null;
    }

    /** Whether the text looks like an IPv4 address and is none: no name ends with a label of digits only. */
    private static boolean isBadAddress(String host) {
        return host.matches("(.*\\.)?[0-9]+\\.?") && AddressText.endpoint(host + ":1") == null;
    }

    /** The address, if the host is a numeric one; else {@code null}. */
    public InetSocketAddress numeric() {
        return AddressText.endpoint(toString());
    }

    /** As the file has it. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
