// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.LabelPair;
import java.util.List;
import java.util.Map;

/** Who may talk to whom, by their labels. Immutable. */
final class Permissions {
    /** A label and its value, such as {@code tier=web}. */
    private record Selector(String label, String value) {
        static Selector of(String text) {
            int equals = text.indexOf('=');
            return new Selector(text.substring(0, equals), text.substring(equals + 1));
        }

        boolean selects(Map<String, String> labels) {
            return value.equals(labels.get(label));
        }
    }

    private record Pair(Selector one, Selector other) {
        boolean allows(Map<String, String> a, Map<String, String> b) {
            return one.selects(a) && other.selects(b) || one.selects(b) && other.selects(a);
        }
    }

    private final List<Pair> pairs;

    Permissions(List<LabelPair> allow) {
        pairs = allow.stream()
                .map(pair -> new Pair(Selector.of(pair.one()), Selector.of(pair.other())))
                .toList();
    }

    /** Whether all nodes may talk to all. */
    boolean areAll() {
        return pairs.isEmpty();
    }

    /** Whether two nodes may talk to each other. */
    boolean allow(Participant a, Participant b) {
        return pairs.isEmpty() || pairs.stream().anyMatch(pair -> pair.allows(a.labels(), b.labels()));
    }
}
