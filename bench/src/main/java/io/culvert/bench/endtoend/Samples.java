package io.culvert.bench.endtoend;

import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of a run, gathered by test, contender and metric. */
final class Samples {
    private record Key(String test, String contender, Sample kind) {}

    private final Map<Key, List<Double>> all = new LinkedHashMap<>();

    void add(String test, String contender, List<Sample> samples) {
        for (Sample sample : samples) {
            Sample kind = new Sample(sample.metric(), sample.unit(), sample.higherIsBetter(), 0);
            all.computeIfAbsent(new Key(test, contender, kind), key -> new ArrayList<>())
                    .add(sample.value());
        }
    }

    /** As series, ordered as these tests and contenders are. */
    List<Series> series(List<String> tests, List<String> contenders) {
        List<Series> found = new ArrayList<>();
        for (String test : tests) {
            for (String contender : contenders) {
                all.forEach((key, values) -> {
                    if (key.test.equals(test) && key.contender.equals(contender)) {
                        Sample kind = key.kind;
                        found.add(
                                new Series(test, contender, kind.metric(), kind.unit(), kind.higherIsBetter(), values));
                    }
                });
            }
        }
        return found;
    }
}
