// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import java.util.List;

/**
 * A peer that a node is to have.
 *
 * @param name the other node
 * @param key the key that it uses
 * @param otherKey the key that it will use next, or used before; null if there is none
 * @param endpoints in order of preference; may be empty
 * @param allowedIps what is sent to it and accepted from it; empty if it is only to be reached by others
 */
public record PlannedPeer(String name, Key key, Key otherKey, List<Endpoint> endpoints, List<Prefix> allowedIps) {
    /** The peer for a node with these prefixes. */
    static PlannedPeer of(Participant other, List<Prefix> allowedIps) {
        return new PlannedPeer(
                other.name(),
                other.node().wireGuard(),
                other.node().next().orElse(null),
                other.node().endpoints(),
                allowedIps);
    }
}
