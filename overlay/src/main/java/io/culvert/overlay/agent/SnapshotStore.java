// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.io.IOException;
import java.util.Optional;

/** Keeps the last snapshot over restarts. One thread. */
interface SnapshotStore {
    /**
     * The snapshot; empty if there is none, or if it was damaged and set aside.
     *
     * @throws IOException if it cannot be read
     */
    Optional<Snapshot> load() throws IOException;

    /** Replaces the snapshot; after a crash there is this one or the one before. */
    void save(Snapshot snapshot) throws IOException;
}
