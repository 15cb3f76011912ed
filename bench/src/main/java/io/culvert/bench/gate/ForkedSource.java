// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Measures {@link InMemory} in several JVMs in sequence, so that the compilation decisions of one JVM do not decide the
 * result: enough JVMs and rounds for figures that repeat, in half a minute.
 */
final class ForkedSource implements Source {
    private static final int FORKS = 3;
    private static final int ROUNDS = 24;
    private static final int SLICE_MILLIS = 10;
    private static final int WARM_UP_MILLIS = 250;

    private final Build build = Build.here();

    @Override
    public String title() {
        return "cipher and pipeline in memory, in " + FORKS + " JVMs";
    }

    @Override
    public Set<String> names() {
        return InMemory.names();
    }

    @Override
    public Optional<String> unavailableReason() {
        return Optional.empty();
    }

    @Override
    public boolean roundsAreIndependent() {
        return false;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures)
            throws IOException, InterruptedException {
        Map<String, Ratio> all = new LinkedHashMap<>();
        for (int i = 0; i < FORKS; i++) {
            for (Ratio ratio : build.measure(ROUNDS, SLICE_MILLIS, WARM_UP_MILLIS)) {
                all.merge(ratio.name(), ratio, Ratio::and);
            }
        }
        return List.copyOf(all.values());
    }
}
