// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.topology.PlannedPeer;
import io.culvert.overlay.wireguard.PeerChange;
import io.culvert.overlay.wireguard.PeerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * A node as the interface has it: as one peer, or as two while it changes its key. Then one of them, the active one,
 * has the allowed IPs: the one that the record names first, until the other one shows a later handshake, which only the
 * owner of its private key can make.
 *
 * <p>A key that comes as the next one is no peer before the record names it first. So a node that has changed its key a
 * moment before this one knows of it gets no session that would carry its packets to a peer without allowed IPs: its
 * interface keeps them until the session is there. If the record should have come and did not, the next key becomes a
 * peer without allowed IPs, and its handshake tells.
 *
 * <p>Chooses among the node's endpoints. One that answers is left alone, wherever the peer has roamed to. One that has
 * been sent to for 15 s and has not answered makes way for the next in order. One thread.
 */
final class AppliedPeer {
    /** How long an endpoint may leave what is sent to it unanswered. */
    static final Duration PATIENCE = Duration.ofSeconds(15);
    /** After this time without a handshake there is no session (REJECT_AFTER_TIME of the protocol). */
    static final Duration SESSION = Duration.ofSeconds(180);
    /** After this time the record that names the next key first should have come. */
    private static final long HIDING_NANOS = KeyRotation.STEP.plusSeconds(10).toNanos();

    private PlannedPeer plan;
    private Key active;
    /** Handshakes before this time, by the wall clock, say nothing about which key is in use. */
    private long activeSinceMillis;

    private PeerState mainState;
    private PeerState otherState;
    /** The other key is the next one, and no peer yet. */
    private boolean isHidden;
    /** When it was first looked at as such; 0 before. */
    private long hiddenSince;

    private boolean isUnanswered;
    private long unansweredSince;
    private boolean hasNewEndpoints;

    AppliedPeer(PlannedPeer plan, long wallMillis) {
        this.plan = plan;
        active = plan.key();
        activeSinceMillis = wallMillis;
    }

    PlannedPeer plan() {
        return plan;
    }

    /** The key that has the allowed IPs. */
    Key active() {
        return active;
    }

    /** What the interface told of the active key, if it did. */
    Optional<PeerState> state() {
        return Optional.ofNullable(active.equals(plan.key()) ? mainState : otherState);
    }

    /** Whether the interface should be asked soon. */
    boolean needsLook() {
        return isUnanswered || hasNewEndpoints || plan.otherKey() != null;
    }

    /** The keys by which the node is a peer. */
    List<Key> keys() {
        return plan.otherKey() == null || isHidden ? List.of(plan.key()) : List.of(plan.key(), plan.otherKey());
    }

    private List<Prefix> allowedIps(Key key) {
        return key.equals(active) ? plan.allowedIps() : List.of();
    }

    /** What makes the peer from nothing. */
    List<PeerChange> create(int keepalive) {
        List<PeerChange> changes = new ArrayList<>(1);
        for (Key key : keys()) {
            changes.add(PeerChange.set(key, firstEndpoint(), key.equals(active) ? keepalive : 0, allowedIps(key)));
        }
        return changes;
    }

    /** What makes this peer of what the interface has. */
    List<PeerChange> adopt(PeerState main, PeerState other, int keepalive, long wallMillis) {
        mainState = main;
        otherState = other;
        if (main != null
                && other != null
                && other.handshakeMillis() > main.handshakeMillis()
                && wallMillis - other.handshakeMillis() < SESSION.toMillis()) {
            active = plan.otherKey();
        }
        List<PeerChange> changes = new ArrayList<>(1);
        for (Key key : keys()) {
            PeerState state = key.equals(plan.key()) ? main : other;
            int seconds = key.equals(active) ? keepalive : 0;
            if (state == null) {
                changes.add(PeerChange.set(key, firstEndpoint(), seconds, allowedIps(key)));
            } else if (!sameSet(state.allowedIps(), allowedIps(key)) || state.keepaliveSeconds() != seconds) {
                changes.add(PeerChange.set(
                        key, state.endpoint().isEmpty() ? firstEndpoint() : "", seconds, allowedIps(key)));
            } else if (state.endpoint().isEmpty() && !firstEndpoint().isEmpty()) {
                changes.add(PeerChange.endpoint(key, firstEndpoint()));
            }
        }
        hasNewEndpoints = main != null
                && plan.endpoints().stream().map(Endpoint::toString).noneMatch(main.endpoint()::equals);
        return changes;
    }

    private static boolean sameSet(List<Prefix> a, List<Prefix> b) {
        return a.size() == b.size() && (a.equals(b) || new HashSet<>(a).containsAll(b));
    }

    /** Takes another plan for the node; what the interface has becomes it by these changes. */
    List<PeerChange> change(PlannedPeer now, int keepalive, long wallMillis) {
        AppliedPeer next = new AppliedPeer(now, wallMillis);
        if (now.key().equals(plan.key())) {
            next.active = active.equals(now.otherKey()) ? active : now.key();
            next.activeSinceMillis = activeSinceMillis;
            next.isHidden = now.otherKey() != null && !keys().contains(now.otherKey());
            next.hiddenSince = now.otherKey() != null && now.otherKey().equals(plan.otherKey()) ? hiddenSince : 0;
        }
        List<PeerChange> changes = new ArrayList<>(2);
        List<Key> before = keys();
        for (Key key : next.keys()) {
            if (!before.contains(key)) {
                String endpoint = state().map(PeerState::endpoint).orElse("");
                changes.add(PeerChange.set(
                        key,
                        endpoint.isEmpty() ? next.firstEndpoint() : endpoint,
                        key.equals(next.active) ? keepalive : 0,
                        next.allowedIps(key)));
            } else if (!allowedIps(key).equals(next.allowedIps(key))) {
                changes.add(PeerChange.allowedIps(key, key.equals(next.active) ? keepalive : 0, next.allowedIps(key)));
            }
        }
        for (Key key : before) {
            if (!next.keys().contains(key)) {
                changes.add(PeerChange.remove(key));
            }
        }
        hasNewEndpoints |= !now.endpoints().equals(plan.endpoints());
        PeerState main = mainState;
        mainState = state(now.key(), main, otherState);
        otherState = state(now.otherKey(), main, otherState);
        isUnanswered &= active.equals(next.active);
        plan = now;
        active = next.active;
        activeSinceMillis = next.activeSinceMillis;
        isHidden = next.isHidden;
        hiddenSince = next.hiddenSince;
        return changes;
    }

    /** Whether a session with the node ends by another plan, and the node waits for a handshake with its new key. */
    boolean isLeftBy(PlannedPeer now, long wallMillis) {
        return !active.equals(now.key())
                && state().filter(found -> wallMillis - found.handshakeMillis() < SESSION.toMillis())
                        .isPresent();
    }

    private static PeerState state(Key key, PeerState one, PeerState other) {
        if (one != null && one.key().equals(key)) {
            return one;
        }
        return other != null && other.key().equals(key) ? other : null;
    }

    private String firstEndpoint() {
        return plan.endpoints().isEmpty() ? "" : plan.endpoints().getFirst().toString();
    }

    /** Takes what the interface tells of the node, and answers with what is to change. */
    List<PeerChange> observe(PeerState main, PeerState other, int keepalive, long nanos, long wallMillis) {
        PeerState before = state().orElse(null);
        mainState = main;
        otherState = other;
        List<PeerChange> changes = new ArrayList<>(0);
        if (isHidden && hiddenSince == 0) {
            hiddenSince = nanos;
        }
        if (isHidden && nanos - hiddenSince >= HIDING_NANOS) {
            isHidden = false;
            changes.add(PeerChange.set(plan.otherKey(), main.endpoint(), 0, List.of()));
            return changes;
        }
        if (plan.otherKey() != null && otherIsInUse()) {
            useOtherKey(keepalive, wallMillis, changes);
            return changes;
        }
        state().ifPresent(now -> {
            if (hasNewEndpoints) {
                hasNewEndpoints = false;
                if (wallMillis - now.handshakeMillis() > SESSION.toMillis()) {
                    useEndpoint(now, firstEndpoint(), changes);
                    return;
                }
            }
            if (hasNoAnswer(before, now, nanos)) {
                boolean wasMain = active.equals(plan.key());
                if (plan.otherKey() != null) {
                    useOtherKey(keepalive, wallMillis, changes);
                }
                if (plan.otherKey() == null || !wasMain) {
                    useEndpoint(now, nextEndpoint(now.endpoint()), changes);
                }
            }
        });
        return changes;
    }

    /** The key that gets the allowed IPs comes first: so they are never with neither. */
    private void useOtherKey(int keepalive, long wallMillis, List<PeerChange> changes) {
        Key idle = active;
        active = active.equals(plan.key()) ? plan.otherKey() : plan.key();
        activeSinceMillis = wallMillis;
        isUnanswered = false;
        changes.add(
                isHidden
                        ? PeerChange.set(active, firstEndpoint(), keepalive, plan.allowedIps())
                        : PeerChange.allowedIps(active, keepalive, plan.allowedIps()));
        isHidden = false;
        changes.add(PeerChange.allowedIps(idle, 0, List.of()));
    }

    private boolean otherIsInUse() {
        boolean mainIsActive = active.equals(plan.key());
        PeerState idle = mainIsActive ? otherState : mainState;
        PeerState inUse = mainIsActive ? mainState : otherState;
        return idle != null
                && idle.handshakeMillis() > activeSinceMillis
                && (inUse == null || idle.handshakeMillis() > inUse.handshakeMillis());
    }

    private boolean hasNoAnswer(PeerState before, PeerState now, long nanos) {
        if (before == null
                || now.receivedBytes() > before.receivedBytes()
                || now.handshakeMillis() > before.handshakeMillis()) {
            isUnanswered = false;
        } else if (!isUnanswered && now.sentBytes() > before.sentBytes()) {
            isUnanswered = true;
            unansweredSince = nanos;
        }
        return isUnanswered && nanos - unansweredSince >= PATIENCE.toNanos();
    }

    private void useEndpoint(PeerState now, String endpoint, List<PeerChange> changes) {
        isUnanswered = false;
        if (!endpoint.isEmpty() && !endpoint.equals(now.endpoint())) {
            changes.add(PeerChange.endpoint(active, endpoint));
        }
    }

    private String nextEndpoint(String current) {
        List<String> endpoints =
                plan.endpoints().stream().map(Endpoint::toString).toList();
        return endpoints.isEmpty() ? "" : endpoints.get((endpoints.indexOf(current) + 1) % endpoints.size());
    }
}
