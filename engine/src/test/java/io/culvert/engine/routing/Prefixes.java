// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import java.net.InetAddress;

/** Parses prefixes and addresses. */
final class Prefixes {
    private Prefixes() {}

    /** {@code "10.0.0.0/8"} or {@code "fd00::/8"}; host bits are masked. */
    static Prefix prefix(String text) {
        int slash = text.indexOf('/');
        return Prefix.of(bytes(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** The peer of an address. */
    static <P> P lookup(AllowedIps<P> table, String address) {
        byte[] bytes = bytes(address);
        Prefix host = Prefix.of(bytes, 8 * bytes.length);
        return host.ipv6() ? table.lookup6(host.high(), host.low()) : table.lookup4((int) host.low());
    }

    private static byte[] bytes(String address) {
        // a literal, so nothing is resolved
        return InetAddress.ofLiteral(address).getAddress();
    }
}
