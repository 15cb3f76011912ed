// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import io.culvert.engine.io.AddressWords;

/**
 * An IP prefix. Bits after {@link #length} are zero. An IPv4 address is in the low half of {@code low}.
 *
 * @param ipv6 whether the family is IPv6; else IPv4
 * @param high the upper 64 bits, 0 for IPv4
 * @param low the lower 64 bits
 * @param length in bits, 0 to 32 for IPv4 and 0 to 128 for IPv6
 */
public record Prefix(boolean ipv6, long high, long low, int length) {
    /**
     * Masks the address to {@code length}.
     *
     * @throws IllegalArgumentException if the length is out of range
     */
    public Prefix {
        if (length < 0 || length > (ipv6 ? 128 : 32)) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " is not between 0 and " + (ipv6 ? 128 : 32));
        }
        if (ipv6) {
            high &= mask(Math.min(length, 64));
            low &= mask(Math.max(length - 64, 0));
        } else {
            high = 0;
            low &= mask(length) >>> 32;
        }
    }

    /**
     * The prefix of an address given as bytes.
     *
     * @param address 4 or 16 bytes, big-endian
     * @throws IllegalArgumentException if the length is out of range
     */
    public static Prefix of(byte[] address, int length) {
        if (address.length == 4) {
            return new Prefix(false, 0, AddressWords.word(address, 0, 4), length);
        }
        return new Prefix(true, AddressWords.word(address, 0, 8), AddressWords.word(address, 8, 8), length);
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    /** The address, a slash and the length, as {@code wg} prints it. */
    @Override
    public String toString() {
        return AddressWords.toInetAddress(ipv6, high, low, 0).getHostAddress() + "/" + length;
    }
}
