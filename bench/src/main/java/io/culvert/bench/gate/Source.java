// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A source of ratios. */
interface Source {
    /** Its title in lines of progress. */
    String title();

    /** The names of its ratios. */
    Set<String> names();

    /** The reason why it cannot measure on this machine; empty if it can. */
    Optional<String> unavailableReason();

    /** The share by which a ratio of two builds may be lower without failing: a change that is not worth it. */
    default double tolerance(String name) {
        return 0.05;
    }

    /** The names of the ratios in which it plants a fault, to test the gate. */
    default Set<String> planted() {
        return Set.of();
    }

    /** Whether each round starts new processes, so that rounds differ from each other as much as runs do. */
    boolean roundsAreIndependent();

    /**
     * Measures once, in new processes.
     *
     * @param wanted names of the ratios that are needed; the result may have more
     * @param failures receives the reason for each wanted ratio that the result lacks
     * @return the measured ratios
     */
    List<Ratio> measure(Collection<String> wanted, Map<String, String> failures)
            throws IOException, InterruptedException;
}
