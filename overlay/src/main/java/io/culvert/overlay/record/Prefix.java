// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An IPv4 or IPv6 prefix in CIDR notation.
 *
 * @param address with all bits behind the prefix zero
 * @param length of the prefix in bits
 */
public record Prefix(InetAddress address, int length) {
    /** Checks the length and that the bits behind the prefix are zero. */
    public Prefix {
        int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "the length of " + Addresses.text(address) + "/" + length + " is not one from 0 to " + bits);
        }
        if (number(address).getLowestSetBit() >= 0 && number(address).getLowestSetBit() < bits - length) {
            throw new IllegalArgumentException(Addresses.text(address) + "/" + length + " has bits behind the prefix");
        }
    }

    /**
     * Reads such as 10.64.0.0/10 or fd00::/48.
     *
     * @throws IllegalArgumentException if the text is no prefix
     */
    public static Prefix of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException("not a prefix such as 10.64.0.0/10: " + text);
        }
        return new Prefix(Addresses.of(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Whether it is an IPv6 prefix. */
    public boolean isV6() {
        return bits() == 128;
    }

    /** 32 or 128. */
    public int bits() {
        return address.getAddress().length * 8;
    }

    /** Whether {@code other} lies in this prefix or is the same. */
    public boolean contains(Prefix other) {
        return other.bits() == bits()
                && other.length >= length
                && number(other.address)
                        .shiftRight(bits() - length)
                        .equals(number(address).shiftRight(bits() - length));
    }

    /** Whether they share an address. */
    public boolean overlaps(Prefix other) {
        return contains(other) || other.contains(this);
    }

    /**
     * The prefix of the given length at {@code index}, counted from 0.
     *
     * @throws IllegalArgumentException if the length is not one from this prefix's to the address's, or the index is
     *     not below 2^(length - this prefix's length)
     */
    public Prefix at(long index, int subLength) {
        if (subLength < length || subLength > bits()) {
            throw new IllegalArgumentException("no prefix of length " + subLength + " lies in " + this);
        }
        BigInteger offset = BigInteger.valueOf(index);
        if (index < 0 || offset.bitLength() > subLength - length) {
            throw new IllegalArgumentException("no index " + index + " of length " + subLength + " in " + this);
        }
        return new Prefix(address(number(address).add(offset.shiftLeft(bits() - subLength))), subLength);
    }

    /** The index at which {@link #at} gives {@code sub}, which lies in this prefix. */
    public BigInteger indexOf(Prefix sub) {
        if (!contains(sub)) {
            throw new IllegalArgumentException(sub + " does not lie in " + this);
        }
        return number(sub.address).subtract(number(address)).shiftRight(bits() - sub.length);
    }

    /** The address that a node takes: the only one, or the first behind that of the subnet. */
    public InetAddress firstHost() {
        return length == bits() ? address : address(number(address).add(BigInteger.ONE));
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private InetAddress address(BigInteger number) {
        byte[] raw = number.toByteArray();
        byte[] bytes = new byte[bits() / 8];
        int copied = Math.min(raw.length, bytes.length);
        System.arraycopy(raw, raw.length - copied, bytes, bytes.length - copied, copied);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // 4 or 16 bytes
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Prefix prefix
                && prefix.length == length
                && Arrays.equals(prefix.address.getAddress(), address.getAddress());
    }

    @Override
    public int hashCode() {
        return address.hashCode() * 129 + length;
    }

    @Override
    public String toString() {
        return Addresses.text(address) + "/" + length;
    }
}
