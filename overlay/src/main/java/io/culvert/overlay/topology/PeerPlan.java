// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Config;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The peers of one node while the network changes. A change of a node costs no walk over the others, one of a gateway a
 * walk over those of its region; all is computed anew when this node, its relay or the configuration changes.
 *
 * <p>One thread.
 */
public final class PeerPlan {
    private final String self;
    private final Map<String, Participant> nodes = new HashMap<>();
    private final PrefixIndex prefixes = new PrefixIndex();
    /** The index is that of all nodes: none is left out for its prefixes. */
    private boolean indexed = true;

    private Map<String, PlannedPeer> peers = new HashMap<>();
    private Config config;
    private Set<String> live = Set.of();
    private Rules rules;
    /** By region: who is to be looked at when a gateway of it comes, goes, or is no longer heard of. */
    private final Map<String, List<String>> regions = new HashMap<>();
    /** Who is behind which peer; empty if it has to be computed anew. */
    private Optional<PeerRoutes> routes = Optional.empty();

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
        if (!newConfig.equals(config)) {
            config = newConfig;
            rules = new Rules(config, live::contains);
            regions.clear();
            nodes.values().forEach(this::place);
            routes = Optional.empty();
        }
        Set<String> touched = new HashSet<>(changed.keySet());
        if (!newLive.equals(live)) {
            touchRegionsOf(difference(live, newLive), touched);
            live = Set.copyOf(newLive);
            rules.setLive(live::contains);
        }
        changed.keySet().forEach(name -> remove(name, touched));
        changed.values().forEach(change -> change.ifPresent(node -> add(node, touched)));
        return indexed ? follow(touched) : replace(new Connections(config, nodes.values(), live::contains).peers(self));
    }

    private static Set<String> difference(Set<String> before, Set<String> now) {
        Set<String> names = new HashSet<>();
        before.stream().filter(name -> !now.contains(name)).forEach(names::add);
        now.stream().filter(name -> !before.contains(name)).forEach(names::add);
        return names;
    }

    private void touchRegionsOf(Set<String> names, Set<String> touched) {
        for (String name : names) {
            Participant node = nodes.get(name);
            if (node != null) {
                touchRegionOf(node, touched);
            }
        }
    }

    private void touchRegionOf(Participant node, Set<String> touched) {
        if (rules.leads(node)) {
            touched.addAll(regions.getOrDefault(rules.region(node), List.of()));
        }
    }

    private void remove(String name, Set<String> touched) {
        Participant before = nodes.remove(name);
        if (before == null) {
            return;
        }
        touchRegionOf(before, touched);
        rules.remove(before);
        regions.get(rules.region(before)).remove(name);
        if (indexed) {
            prefixes.remove(before.member().prefixes());
        }
    }

    private void add(Participant node, Set<String> touched) {
        nodes.put(node.name(), node);
        place(node);
        touchRegionOf(node, touched);
        // Once two nodes overlap, all is computed at each change.
        indexed = indexed && prefixes.add(node.member().prefixes());
    }

    private void place(Participant node) {
        rules.add(node);
        regions.computeIfAbsent(rules.region(node), absent -> new ArrayList<>()).add(node.name());
    }

    /** Looks at the names that a change may concern. */
    private Set<String> follow(Set<String> touched) {
        Participant me = nodes.get(self);
        if (me == null) {
            routes = Optional.empty();
            return replace(Map.of());
        }
        Optional<PeerRoutes> present = routes.filter(known -> known.isOf(me));
        if (present.isEmpty()) {
            PeerRoutes made = new PeerRoutes(me, rules);
            made.look(nodes.keySet(), nodes);
            routes = Optional.of(made);
            Map<String, PlannedPeer> now = new HashMap<>();
            made.peers().forEach(name -> now.put(name, made.peer(nodes.get(name))));
            return replace(now);
        }
        Set<String> different = new HashSet<>();
        for (String name : present.get().look(touched, nodes)) {
            PlannedPeer before = peers.get(name);
            PlannedPeer now =
                    present.get().peers().contains(name) ? present.get().peer(nodes.get(name)) : null;
            if (now == null && before != null) {
                peers.remove(name);
                different.add(name);
            } else if (now != null && !now.equals(before)) {
                peers.put(name, now);
                different.add(name);
            }
        }
        return different;
    }

    private Set<String> replace(Map<String, PlannedPeer> now) {
        Set<String> different = new HashSet<>();
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
        return different;
    }
}
