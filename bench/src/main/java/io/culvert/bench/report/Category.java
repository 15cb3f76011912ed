package io.culvert.bench.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A place on an axis of names. Two names that look alike once they are cleaned have two places.
 *
 * @param place counted from 0
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

    /** What the axis shows. */
    @Override
    public String toString() {
        return Wording.clean(name);
    }
}
