// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Prefixes that do not overlap. One thread. */
final class PrefixIndex {
    private final TreeSet<Prefix> prefixes = new TreeSet<>(PrefixIndex::compare);

    /** By family and first address; of two with the same one, the shorter prefix comes first. */
    private static int compare(Prefix one, Prefix other) {
        byte[] first = one.address().getAddress();
        byte[] second = other.address().getAddress();
        int order = first.length == second.length
                ? Arrays.compareUnsigned(first, second)
                : Integer.compare(first.length, second.length);
        return order == 0 ? Integer.compare(one.length(), other.length()) : order;
    }

    /** Adds all prefixes, or none if one overlaps another one. */
    boolean add(List<Prefix> wanted) {
        List<Prefix> added = new ArrayList<>();
        for (Prefix prefix : wanted) {
            // Prefixes are nested or apart: one that holds this one begins before it, one inside begins behind it.
            Prefix below = prefixes.floor(prefix);
            Prefix above = prefixes.higher(prefix);
            if (below != null && below.overlaps(prefix) || above != null && above.overlaps(prefix)) {
                added.forEach(prefixes::remove);
                return false;
            }
            prefixes.add(prefix);
            added.add(prefix);
        }
        return true;
    }

    /** Removes prefixes that were added. */
    void remove(List<Prefix> gone) {
        gone.forEach(prefixes::remove);
    }
}
