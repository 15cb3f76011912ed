// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Prefix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prefixes that do not overlap. One thread. */
final class PrefixIndex {
    private static final BigInteger IPV6 = BigInteger.ONE.shiftLeft(128);

    /** First to last address of each prefix; those of IPv6 lie above those of IPv4. */
    private final TreeMap<BigInteger, BigInteger> ranges = new TreeMap<>();

    /** Adds all prefixes, or none if one overlaps another one. */
    boolean add(List<Prefix> prefixes) {
        List<BigInteger> added = new ArrayList<>();
        for (Prefix prefix : prefixes) {
            BigInteger first = first(prefix);
            BigInteger last = first.add(size(prefix)).subtract(BigInteger.ONE);
            Map.Entry<BigInteger, BigInteger> below = ranges.floorEntry(last);
            if (below != null && below.getValue().compareTo(first) >= 0) {
                added.forEach(ranges::remove);
                return false;
            }
            ranges.put(first, last);
            added.add(first);
        }
        return true;
    }

    /** Removes prefixes that were added. */
    void remove(List<Prefix> prefixes) {
        prefixes.forEach(prefix -> ranges.remove(first(prefix)));
    }

    private static BigInteger first(Prefix prefix) {
        BigInteger number = new BigInteger(1, prefix.address().getAddress());
        return prefix.isV6() ? number.add(IPV6) : number;
    }

    private static BigInteger size(Prefix prefix) {
        return BigInteger.ONE.shiftLeft(prefix.bits() - prefix.length());
    }
}
