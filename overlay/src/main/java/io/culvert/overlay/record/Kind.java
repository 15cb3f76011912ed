// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.Locale;

/** The kinds of records. */
public enum Kind {
    /** The network's configuration, by the enroller. */
    CONFIG,
    /** A node's membership, by the enroller. */
    MEMBER,
    /** A node's WireGuard key and endpoints, by the node. */
    NODE,
    /** Who has an index of a pool, by the enroller. */
    ALLOCATION,
    /** A gateway that lives, by the gateway. */
    GATEWAY;

    /** The name in lower case, as records have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
