// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.Locale;

/** What a member is. */
public enum Role {
    /** A node. */
    NODE,
    /** A node that also forwards: the gateway of its region, or a hub. */
    GATEWAY,
    /** No member any more. The record stays, so that an older one cannot come back. */
    REVOKED;

    /** The name in lower case, as records have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a {@link #label}. */
    public static Role of(String label) {
        for (Role role : values()) {
            if (role.label().equals(label)) {
                return role;
            }
        }
        throw new IllegalArgumentException("not a role: " + label);
    }
}
