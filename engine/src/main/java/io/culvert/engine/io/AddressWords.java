// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Converts IP addresses between Java's form and the engine's: two big-endian words, with an IPv4 address in the low
 * half of the low word. For the control plane: allocates.
 */
public final class AddressWords {
    private AddressWords() {}

    /** The big-endian word of {@code count} bytes from {@code from} on, at most 8. */
    public static long word(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 8 | Byte.toUnsignedLong(bytes[i]);
        }
        return value;
    }

    /** The address in Java's form; {@code scope} is the interface index of a link-local IPv6 address, else 0. */
    public static InetAddress toInetAddress(boolean ipv6, long high, long low, int scope) {
        byte[] bytes = new byte[ipv6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            int shift = 8 * (bytes.length - 1 - i);
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        try {
            // Java prints scope 0; -1 means none.
            return ipv6
                    ? Inet6Address.getByAddress(null, bytes, scope == 0 ? -1 : scope)
                    : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }
}
