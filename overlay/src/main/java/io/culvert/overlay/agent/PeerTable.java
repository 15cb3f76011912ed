// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.topology.PeerPlan;
import io.culvert.overlay.topology.PlannedPeer;
import io.culvert.overlay.wireguard.PeerChange;
import io.culvert.overlay.wireguard.PeerState;
import io.culvert.overlay.wireguard.WireGuard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The peers that the interface has, as far as this agent knows, and the changes that make them those of the plan.
 *
 * <p>After a failure, and at the start, the interface is asked for all its peers, and only what differs is changed.
 * Peers that the plan does not have stay then, until the caller says that they may go.
 *
 * <p>On the loop.
 */
final class PeerTable {
    private static final int ANY_KEEPALIVE = 25;

    private final WireGuard wireGuard;
    private final Map<String, AppliedPeer> peers = new HashMap<>();
    private final Set<Key> unplanned = new HashSet<>();
    private int keepalive;
    private boolean isKnown;
    private long changes;

    PeerTable(WireGuard wireGuard) {
        this.wireGuard = wireGuard;
    }

    /** Sets the interval of keepalives of all peers, in seconds; 0 for none. */
    void keepalive(int seconds) {
        isKnown &= seconds == keepalive;
        keepalive = seconds;
    }

    /** Whether the interface has what the table says. */
    boolean isKnown() {
        return isKnown;
    }

    /** Says that the interface may have changed by another hand, as after its restart. */
    void forget() {
        isKnown = false;
    }

    /** How many nodes are peers. */
    int size() {
        return peers.size();
    }

    /** The nodes that are peers. */
    Collection<AppliedPeer> peers() {
        return peers.values();
    }

    /** How many changes of peers have been made. */
    long changes() {
        return changes;
    }

    /**
     * Makes the peers of these names as planned; those without a plan go.
     *
     * @throws IOException if the interface cannot be reached; then it has to be read before the next change
     */
    void apply(Collection<String> names, PeerPlan plan, long wallMillis) throws IOException {
        if (!isKnown) {
            adopt(plan, wallMillis);
            return;
        }
        List<PeerChange> sets = new ArrayList<>();
        List<PeerChange> removals = new ArrayList<>();
        List<Key> exchanged = new ArrayList<>();
        for (String name : names) {
            PlannedPeer now = plan.peer(name).orElse(null);
            AppliedPeer before = peers.get(name);
            List<PeerChange> different;
            if (now == null) {
                different = before == null
                        ? List.of()
                        : before.keys().stream().map(PeerChange::remove).toList();
                peers.remove(name);
            } else if (before == null) {
                AppliedPeer added = new AppliedPeer(now, wallMillis);
                different = added.create(keepalive);
                peers.put(name, added);
            } else {
                if (before.isLeftBy(now, wallMillis)) {
                    exchanged.add(now.key());
                }
                different = before.change(now, keepalive, wallMillis);
            }
            if (now != null) {
                unplanned.remove(now.key());
                unplanned.remove(now.otherKey());
            }
            different.forEach(change -> (change.remove() ? removals : sets).add(change));
        }
        sets.addAll(removals);
        send(sets);
        beginHandshakes(exchanged);
    }

    private void send(List<PeerChange> different) throws IOException {
        if (different.isEmpty()) {
            return;
        }
        isKnown = false;
        wireGuard.apply(different);
        isKnown = true;
        changes += different.size();
    }

    private void adopt(PeerPlan plan, long wallMillis) throws IOException {
        Map<Key, PeerState> present = new HashMap<>();
        wireGuard.read(state -> present.put(state.key(), state));
        peers.clear();
        List<PeerChange> different = new ArrayList<>();
        for (PlannedPeer planned : plan.peers()) {
            AppliedPeer peer = new AppliedPeer(planned, wallMillis);
            PeerState main = present.remove(planned.key());
            PeerState other = planned.otherKey() == null ? null : present.remove(planned.otherKey());
            different.addAll(peer.adopt(main, other, keepalive, wallMillis));
            peers.put(planned.name(), peer);
        }
        unplanned.clear();
        unplanned.addAll(present.keySet());
        send(different);
        isKnown = true;
    }

    /**
     * Begins a handshake with each peer that has a session, after a change of the interface's key: else a peer that
     * sends with its part of the old session, or that asked for the new key too early, would wait for 5 s or more.
     */
    void beginHandshakes(long wallMillis) throws IOException {
        Set<Key> inSession = new HashSet<>();
        wireGuard.read(state -> {
            if (wallMillis - state.handshakeMillis() < AppliedPeer.SESSION.toMillis()) {
                inSession.add(state.key());
            }
        });
        beginHandshakes(peers.values().stream()
                .map(AppliedPeer::active)
                .filter(inSession::contains)
                .toList());
    }

    /** Turning persistent keepalives on sends one at once, in all implementations. */
    private void beginHandshakes(List<Key> keys) throws IOException {
        int other = keepalive == 0 ? ANY_KEEPALIVE : 0;
        send(keys.stream().map(key -> PeerChange.keepalive(key, other)).toList());
        send(keys.stream().map(key -> PeerChange.keepalive(key, keepalive)).toList());
    }

    /** Keys that the interface has and that no plan has had. */
    Set<Key> unplanned() {
        return Set.copyOf(unplanned);
    }

    /** Removes peers that are not planned. */
    void removeUnplanned(Collection<Key> keys) throws IOException {
        unplanned.removeAll(keys);
        send(keys.stream().map(PeerChange::remove).toList());
    }

    /** Whether some peer has to be watched: for an answer, or for which of its keys it uses. */
    boolean needsLook() {
        return peers.values().stream().anyMatch(AppliedPeer::needsLook);
    }

    /**
     * Asks the interface how its peers do, and changes endpoints and keys in use by that.
     *
     * @return whether all peers are there
     */
    boolean observe(long nanos, long wallMillis) throws IOException {
        Map<Key, PeerState> present = new HashMap<>();
        wireGuard.read(state -> present.put(state.key(), state));
        List<PeerChange> different = new ArrayList<>();
        for (AppliedPeer peer : peers.values()) {
            PeerState main = present.get(peer.plan().key());
            Key otherKey = peer.plan().otherKey();
            PeerState other = otherKey == null ? null : present.get(otherKey);
            if (main == null || otherKey != null && other == null && peer.keys().contains(otherKey)) {
                isKnown = false;
                return false;
            }
            different.addAll(peer.observe(main, other, keepalive, nanos, wallMillis));
        }
        send(different);
        return true;
    }

    /** The node that has this name as a peer. */
    Optional<AppliedPeer> peer(String name) {
        return Optional.ofNullable(peers.get(name));
    }
}
