package io.culvert.engine.routing;

import io.culvert.engine.io.AddressWords;

/**
 * An IP prefix, already masked: bits past {@link #length} are zero. An IPv4 address is in the low half of {@code low}.
 *
 * @param ipv6 which family
 * @param high the upper 64 bits, 0 for IPv4
 * @param low the lower 64 bits
 * @param length 0 to 32 or 128
 */
public record Prefix(boolean ipv6, long high, long low, int length) {
    /** Masks the address to {@code length}. */
    public Prefix {
        if (length < 0 || length > (ipv6 ? 128 : 32)) {
            throw new IllegalArgumentException("a prefix length of " + length);
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
     * A prefix of an address given as bytes.
     *
     * @param address 4 or 16 bytes, big-endian
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

    /** As {@code wg} writes it: address, slash, length. */
    @Override
    public String toString() {
        return AddressWords.toInetAddress(ipv6, high, low, 0).getHostAddress() + "/" + length;
    }
}
