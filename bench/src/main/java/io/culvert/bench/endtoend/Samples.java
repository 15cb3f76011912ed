// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The samples of a run by test, implementation and metric. */
final class Samples {
    private record Key(String test, String implementation, Sample kind) {}

    private final Map<Key, List<Double>> all = new LinkedHashMap<>();

    void add(String test, String implementation, List<Sample> samples) {
        for (Sample sample : samples) {
            Sample kind = new Sample(sample.metric(), sample.unit(), sample.higherIsBetter(), 0);
            all.computeIfAbsent(new Key(test, implementation, kind), key -> new ArrayList<>())
                    .add(sample.value());
        }
    }

    /** The samples as series, in the order of {@code tests} and {@code implementations}. */
    List<Series> series(List<String> tests, List<String> implementations) {
        List<Series> found = new ArrayList<>();
        for (String test : tests) {
            for (String implementation : implementations) {
                all.forEach((key, values) -> {
                    if (key.test.equals(test) && key.implementation.equals(implementation)) {
                        Sample kind = key.kind;
                        found.add(new Series(
                                test, implementation, kind.metric(), kind.unit(), kind.higherIsBetter(), values));
                    }
                });
            }
        }
        return found;
    }
}
