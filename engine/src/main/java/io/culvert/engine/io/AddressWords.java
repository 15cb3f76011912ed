package io.culvert.engine.io;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * IP addresses as the engine holds them, in two big-endian words of which an IPv4 address fills the low half of the lower,
 * and as Java has them. For cold code: allocates.
 */
public final class AddressWords {
    private AddressWords() {}

    /** The big-endian word of {@code count} bytes, at most 8. */
    public static long word(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 8 | Byte.toUnsignedLong(bytes[i]);
        }
        return value;
    }

    /** Java's form; {@code scope} is the interface of a link-local IPv6 address, else 0. */
    public static InetAddress toInetAddress(boolean ipv6, long high, long low, int scope) {
        byte[] bytes = new byte[ipv6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            int shift = 8 * (bytes.length - 1 - i);
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        try {
            // Scope 0 would be written out; -1 says that there is none.
            return ipv6
                    ? Inet6Address.getByAddress(null, bytes, scope == 0 ? -1 : scope)
                    : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always an address", e);
        }
    }
}
