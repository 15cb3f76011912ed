// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How often each fault was done, and how long the tunnel took to carry packets again. For one thread. */
final class FaultLog {
    private final Map<Fault, List<Long>> recoveries = new EnumMap<>(Fault.class);
    private final List<String> failures = new ArrayList<>();

    /** Millis from the end of the fault to the first answer through the tunnel, both ways. */
    void healed(Fault fault, long millis) {
        recoveries.computeIfAbsent(fault, unused -> new ArrayList<>()).add(millis);
    }

    void failed(Fault fault, Side side, String message) {
        failures.add(fault.title() + ", side " + side.name() + ": " + message);
    }

    List<String> failures() {
        return failures;
    }

    long times(Fault fault) {
        return recoveries.getOrDefault(fault, List.of()).size();
    }

    long longestMillis(Fault fault) {
        return recoveries.getOrDefault(fault, List.of()).stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }
}
