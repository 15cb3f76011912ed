// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import java.util.Optional;

/**
 * Whether an offload is used.
 *
 * @param unavailableReason why it is not; empty if it is
 */
public record OffloadState(Offload offload, Optional<String> unavailableReason) {
    /** Whether the offload is used. */
    public boolean isOn() {
        return unavailableReason.isEmpty();
    }

    @Override
    public String toString() {
        return offload.title()
                + unavailableReason.map(reason -> ": off (" + reason + ")").orElse(": on");
    }
}
