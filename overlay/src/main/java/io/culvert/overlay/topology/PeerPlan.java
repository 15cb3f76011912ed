// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Topology.Shape;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The peers of one node while the network changes. In a mesh a change of one node costs no walk over the others.
 *
 * <p>One thread.
 */
public final class PeerPlan {
    private final String self;
    private final Map<String, Participant> nodes = new HashMap<>();
    private Map<String, PlannedPeer> peers = new HashMap<>();
    private final PrefixIndex prefixes = new PrefixIndex();
    /** The index is that of all nodes: none is left out for its prefixes. */
    private boolean indexed = true;

    private Config config;
    private Permissions permissions;
    private Set<String> live = Set.of();

    /** A node without peers yet. */
    public PeerPlan(String self) {
        this.self = self;
    }

    /** The peer that the node is to have for another one. */
    public Optional<PlannedPeer> peer(String name) {
        return Optional.ofNullable(peers.get(name));
    }

    /** All peers that the node is to have. */
    public Collection<PlannedPeer> peers() {
        return peers.values();
    }

    /** The network's nodes. */
    public Map<String, Participant> nodes() {
        return nodes;
    }

    /**
     * Takes changes.
     *
     * @param changed nodes that are new or have other records, and empty for those that went
     * @param newLive the gateways that live
     * @return the names whose peer is another one, new or gone
     */
    public Set<String> update(Config newConfig, Map<String, Optional<Participant>> changed, Set<String> newLive) {
        boolean isMesh = newConfig.topology().shape() == Shape.MESH;
        boolean all = !newConfig.equals(config)
                || changed.containsKey(self)
                || !isMesh && (!newLive.equals(live) || !changed.isEmpty());
        config = newConfig;
        permissions = new Permissions(config.topology().allow());
        live = Set.copyOf(newLive);
        Set<String> different = new HashSet<>();
        changed.keySet().forEach(this::remove);
        changed.values().forEach(node -> node.ifPresent(this::add));
        if (all || !indexed) {
            replace(new Connections(config, nodes.values(), live::contains).peers(self), different);
            return different;
        }
        Participant me = nodes.get(self);
        for (Map.Entry<String, Optional<Participant>> change : changed.entrySet()) {
            Optional<PlannedPeer> peer = me == null
                    ? Optional.empty()
                    : change.getValue().flatMap(node -> Connections.ofMesh(permissions, me, node));
            PlannedPeer before =
                    peer.isPresent() ? peers.put(change.getKey(), peer.get()) : peers.remove(change.getKey());
            if (!Optional.ofNullable(before).equals(peer)) {
                different.add(change.getKey());
            }
        }
        return different;
    }

    private void remove(String name) {
        Participant before = nodes.remove(name);
        if (before != null && indexed) {
            prefixes.remove(before.member().prefixes());
        }
    }

    private void add(Participant node) {
        nodes.put(node.name(), node);
        // Once two nodes overlap, all is computed at each change.
        indexed = indexed && prefixes.add(node.member().prefixes());
    }

    private void replace(Map<String, PlannedPeer> now, Set<String> different) {
        for (Map.Entry<String, PlannedPeer> entry : now.entrySet()) {
            if (!entry.getValue().equals(peers.get(entry.getKey()))) {
                different.add(entry.getKey());
            }
        }
        for (String name : peers.keySet()) {
            if (!now.containsKey(name)) {
                different.add(name);
            }
        }
        peers = new HashMap<>(now);
    }
}
