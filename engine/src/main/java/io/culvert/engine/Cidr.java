// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.AddressWords;
import io.culvert.engine.routing.Prefix;
import java.net.InetAddress;

/**
 * A range of IP addresses, such as {@code 10.0.0.0/24} or {@code fd00::/64}. Immutable; any thread.
 *
 * @param address the first address: bits after the prefix are zero
 * @param prefixLength in bits, 0 to 32 for IPv4 and 0 to 128 for IPv6
 */
public record Cidr(InetAddress address, int prefixLength) {
    /**
     * Zeroes the bits after the prefix.
     *
     * @param address an address of the range
     * @param prefixLength in bits
     * @throws IllegalArgumentException if the prefix length is out of range
     */
    public Cidr {
        Prefix prefix = Prefix.of(address.getAddress(), prefixLength);
        address = AddressWords.toInetAddress(prefix.ipv6(), prefix.high(), prefix.low(), 0);
    }

    /**
     * Reads a range; an address alone is the range of that one address. Asks no name server.
     *
     * @param text the range
     * @return the range
     * @throws IllegalArgumentException if it is no IP address with a prefix length
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int all = Byte.SIZE * address.getAddress().length;
            return new Cidr(address, slash < 0 ? all : Integer.parseUnsignedInt(text, slash + 1, text.length(), 10));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no range such as 10.0.0.0/24: " + e.getMessage(), e);
        }
    }

    static Cidr of(Prefix prefix) {
        return new Cidr(AddressWords.toInetAddress(prefix.ipv6(), prefix.high(), prefix.low(), 0), prefix.length());
    }

    Prefix prefix() {
        return Prefix.of(address.getAddress(), prefixLength);
    }

    /** The address, a slash and the prefix length. */
    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
