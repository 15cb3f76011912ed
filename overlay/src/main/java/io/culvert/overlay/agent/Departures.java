// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Key;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Nodes whose records the store has no longer. Nobody signs that, so few may go at once ({@link RemovalBudget}), and
 * none that merely lack in a store that went back. On the loop.
 */
final class Departures {
    private final RemovalBudget budget;
    private final boolean isForced;
    private final Set<String> leaving = new LinkedHashSet<>();
    private final Set<String> held = new HashSet<>();

    Departures(long nowNanos, boolean isForced) {
        budget = new RemovalBudget(nowNanos);
        this.isForced = isForced;
    }

    /** Continues with what a snapshot says. */
    void restore(Set<String> heldKeys) {
        if (!isForced) {
            held.addAll(heldKeys);
        }
    }

    /** Names a node that is to go. */
    void add(String name) {
        leaving.add(name);
    }

    /** Keeps the record of a key in use though the store lacks it. */
    void hold(String key) {
        held.add(key);
    }

    /** Whether a record is in use though the store lacks it. */
    boolean isHeld(String key) {
        return held.contains(key);
    }

    /** The store has the key. */
    void returned(String key) {
        held.remove(key);
    }

    /** Names of nodes that have to wait for their turn to go. */
    Set<String> leaving() {
        return Set.copyOf(leaving);
    }

    /** Keys of records that are in use though the store lacks them. */
    Set<String> held() {
        return Set.copyOf(held);
    }

    /** Whether no node is to go. */
    boolean isEmpty() {
        return leaving.isEmpty();
    }

    /** Lets go as many as may. */
    void let(Records records, long nowNanos, int peers, int percent) {
        Iterator<String> names = leaving.iterator();
        while (names.hasNext()) {
            String name = names.next();
            KnownNode node = records.known().get(name);
            if (node == null || !node.isDeparted()) {
                names.remove();
            } else if (isForced || budget.take(nowNanos, peers, percent)) {
                records.forget(name);
                names.remove();
            } else {
                return;
            }
        }
    }

    /** Those of some peers without records that may go now. */
    Set<Key> grant(Set<Key> keys, long nowNanos, int peers, int percent) {
        Set<Key> granted = new HashSet<>();
        for (Key key : keys) {
            if (!isForced && !budget.take(nowNanos, peers, percent)) {
                break;
            }
            granted.add(key);
        }
        return granted;
    }
}
