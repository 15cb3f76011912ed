// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * The addresses of a network: each index stands for an IPv4 prefix and, if there is a second pool, for an IPv6 prefix.
 *
 * @param name a {@link Name}
 * @param prefix IPv4
 * @param nodeLength of a node's IPv4 prefix; 32: a single address
 * @param prefix6 IPv6
 * @param nodeLength6 of a node's IPv6 prefix; 0 without {@code prefix6}
 */
public record Pool(String name, Prefix prefix, int nodeLength, Optional<Prefix> prefix6, int nodeLength6) {
    /** The most bits of an index: more nodes than this than one network can have. */
    private static final int MAX_INDEX_BITS = 24;

    /** Checks that there are prefixes, and as many IPv6 prefixes as IPv4 prefixes. */
    public Pool {
        Name.require("pool", name);
        if (prefix.isV6()) {
            throw new IllegalArgumentException("the pool " + prefix + " is not IPv4; an IPv6 pool is the second one");
        }
        if (nodeLength < prefix.length() || nodeLength > 32) {
            throw new IllegalArgumentException("a node's prefix length is one from " + prefix.length() + " to 32 in "
                    + prefix + ", not " + nodeLength);
        }
        int indexBits = nodeLength - prefix.length();
        if (indexBits > MAX_INDEX_BITS) {
            throw new IllegalArgumentException(prefix + " has more than 2^" + MAX_INDEX_BITS + " prefixes of length "
                    + nodeLength + ": take a smaller pool");
        }
        if (prefix6.isEmpty() != (nodeLength6 == 0)) {
            throw new IllegalArgumentException("an IPv6 pool needs the length of a node's prefix, and no other does");
        }
        prefix6.ifPresent(six -> {
            if (!six.isV6()) {
                throw new IllegalArgumentException("the pool " + six + " is not IPv6");
            }
            if (nodeLength6 > 128 || nodeLength6 - six.length() < indexBits) {
                throw new IllegalArgumentException(six + " has fewer prefixes of length " + nodeLength6 + " than "
                        + prefix + " has of length " + nodeLength);
            }
        });
    }

    /**
     * A pool whose IPv6 prefixes have the length that fits: 128 for single addresses, 64 if there are enough of them
     * (RFC 4291, section 2.5.4), or else as many bits as are left.
     *
     * @throws IllegalArgumentException if the pools are not such
     */
    public static Pool of(String name, Prefix prefix, int nodeLength, Optional<Prefix> prefix6) {
        int fits = prefix6.map(six -> {
                    int least = six.length() + nodeLength - prefix.length();
                    return nodeLength == 32 ? 128 : Math.max(least, 64);
                })
                .orElse(0);
        return new Pool(name, prefix, nodeLength, prefix6, fits);
    }

    /** The first index that is given to a node. A pool of single addresses has none for the subnet's own address. */
    public long firstIndex() {
        return nodeLength == 32 && prefix.length() < 31 ? 1 : 0;
    }

    /** The last index that is given to a node. A pool of single addresses has none for the broadcast address. */
    public long lastIndex() {
        return (1L << nodeLength - prefix.length()) - 1 - firstIndex();
    }

    /**
     * The prefixes of an index, IPv4 first.
     *
     * @param index {@link #firstIndex} to {@link #lastIndex}
     */
    public List<Prefix> at(long index) {
        if (index < firstIndex() || index > lastIndex()) {
            throw new IllegalArgumentException("no index " + index + " in the pool " + prefix);
        }
        Prefix four = prefix.at(index, nodeLength);
        return prefix6.map(six -> List.of(four, six.at(index, nodeLength6))).orElse(List.of(four));
    }

    /** The index of which {@code sub} is one of the prefixes. */
    public Optional<Long> indexOf(Prefix sub) {
        Prefix own = sub.isV6() ? prefix6.orElse(null) : prefix;
        if (own == null || !own.contains(sub) || sub.length() != (sub.isV6() ? nodeLength6 : nodeLength)) {
            return Optional.empty();
        }
        BigInteger index = own.indexOf(sub);
        boolean given = index.compareTo(BigInteger.valueOf(firstIndex())) >= 0
                && index.compareTo(BigInteger.valueOf(lastIndex())) <= 0;
        return given ? Optional.of(index.longValueExact()) : Optional.empty();
    }
}
