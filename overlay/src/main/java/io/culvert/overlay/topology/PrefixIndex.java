// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Prefixes that do not overlap. One thread. */
final class PrefixIndex {
    /** By family and first address; of two with the same one, the shorter prefix comes first. */
    private static final Comparator<Prefix> ORDER = Comparator.comparing(Prefix::isV6)
            .thenComparing(prefix -> prefix.address().getAddress(), Arrays::compareUnsigned)
            .thenComparing(Prefix::length);

    private final TreeSet<Prefix> prefixes = new TreeSet<>(ORDER);

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
