// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A position on an axis of names. Names that become equal when cleaned keep positions of their own.
 *
 * @param place from 0
 * @param name as in the run
 */
record Category(int place, String name) implements Comparable<Category> {
    static List<Category> of(List<String> names) {
        return IntStream.range(0, names.size())
                .mapToObj(place -> new Category(place, names.get(place)))
                .toList();
    }

    @Override
    public int compareTo(Category other) {
        return Integer.compare(place, other.place);
    }

    /** The label on the axis. */
    @Override
    public String toString() {
        return Labels.clean(name);
    }
}
