// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.uapi.AddressText;
import io.culvert.engine.routing.Prefix;

/**
 * An address of the interface.
 *
 * @param host the address, as a prefix of full length
 * @param length the length of its network's prefix, in bits
 */
public record InterfaceAddress(Prefix host, int length) {
    /** Parses {@code 10.0.0.1/24}, or {@code 10.0.0.1} for a network of its own; {@code null} if it is neither. */
    public static InterfaceAddress parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = AddressText.address(slash < 0 ? text : text.substring(0, slash));
        if (bytes == null) {
            return null;
        }
        int bits = 8 * bytes.length;
        long length = slash < 0 ? bits : AddressText.decimal(text.substring(slash + 1), bits);
        return length < 0 ? null : new InterfaceAddress(Prefix.of(bytes, bits), (int) length);
    }

    /** Whether its family is IPv6. */
    public boolean ipv6() {
        return host.ipv6();
    }

    /** The network that the kernel makes a route to. */
    public Prefix network() {
        return new Prefix(host.ipv6(), host.high(), host.low(), length);
    }

    /** As {@code ip} prints it. */
    @Override
    public String toString() {
        return Cidr.address(host) + "/" + length;
    }
}
