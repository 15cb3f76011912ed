// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Decides when a snapshot is written: 10 s after a change, and now and then for its time. On the loop. */
final class SnapshotKeeper {
    private static final Logger LOG = System.getLogger(SnapshotKeeper.class.getName());
    private static final long CHANGED_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long UNCHANGED_NANOS = Duration.ofMinutes(15).toNanos();

    private final Loop loop;
    private final SnapshotStore store;
    private boolean isChanged;
    private long lastSave;
    private String problem = "";

    SnapshotKeeper(Loop loop, SnapshotStore store) {
        this.loop = loop;
        this.store = store;
        lastSave = loop.nanos();
    }

    /** Why the snapshot on the disk is not the last one; empty if nothing is wrong. */
    String problem() {
        return problem;
    }

    Optional<Snapshot> load() throws IOException {
        return store.load();
    }

    /** Says that records in use have changed. */
    void changed() {
        isChanged = true;
    }

    /** Writes a snapshot if it is time. */
    void saveIfDue(Supplier<Snapshot> snapshot) {
        long age = loop.nanos() - lastSave;
        if (isChanged ? age >= CHANGED_NANOS : age >= UNCHANGED_NANOS) {
            save(snapshot);
        }
    }

    /** Writes a snapshot, unless nothing is known. */
    void save(Supplier<Snapshot> supplier) {
        Snapshot snapshot = supplier.get();
        lastSave = loop.nanos();
        if (snapshot.entries().isEmpty()) {
            return;
        }
        try {
            store.save(snapshot);
            isChanged = false;
            problem = "";
        } catch (IOException e) {
            problem = "the snapshot cannot be written: " + e.getMessage();
            LOG.log(Level.ERROR, problem);
        }
    }
}
