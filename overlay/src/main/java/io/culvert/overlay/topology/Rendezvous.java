// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import java.util.Collection;
import java.util.Optional;

/**
 * Highest random weight (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998): all nodes
 * choose the same candidate for a name, and when a candidate goes, only the names that it had choose anew.
 */
final class Rendezvous {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Rendezvous() {}

    /** The candidate of a name; empty if there are none. */
    static Optional<String> choose(String name, Collection<String> candidates) {
        String best = null;
        long bestWeight = 0;
        for (String candidate : candidates) {
            long weight = weight(name, candidate);
            int order = best == null ? 1 : Long.compareUnsigned(weight, bestWeight);
            if (order > 0 || order == 0 && candidate.compareTo(best) < 0) {
                best = candidate;
                bestWeight = weight;
            }
        }
        return Optional.ofNullable(best);
    }

    /** FNV-1a over both names, with the last step of SplitMix64, which spreads the last letters over all bits. */
    private static long weight(String name, String candidate) {
        long hash = hash(hash(FNV_OFFSET, name) * FNV_PRIME, candidate);
        hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
        return hash ^ hash >>> 31;
    }

    private static long hash(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }
}
