// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Which nodes are peers of one node, and who is behind which of them. One thread. */
final class PeerRoutes {
    private final Participant self;
    private final Rules rules;
    private Optional<String> relay;
    private Optional<String> wayToPools;
    private final Set<String> peers = new HashSet<>();
    /** The peer behind which a node is. */
    private final Map<String, String> ways = new HashMap<>();
    /** The nodes behind each peer, by their names: their prefixes. */
    private final Map<String, TreeMap<String, List<Prefix>>> behind = new HashMap<>();

    /** Those of a node, before it has looked at any other one. */
    PeerRoutes(Participant self, Rules rules) {
        this.self = self;
        this.rules = rules;
        relay = rules.relay(self);
        wayToPools = rules.wayToPools(self);
    }

    /** Whether they can go on: the node is the same, and so is its relay if others' ways depend on it. */
    boolean isOf(Participant node) {
        return node.equals(self) && (rules.usesPools(self) || rules.relay(self).equals(relay));
    }

    /** The names of all peers. */
    Set<String> peers() {
        return peers;
    }

    /**
     * Looks at nodes that have changed, or whose relay may have.
     *
     * @param names of nodes that are, or were, in the network
     * @param nodes the network
     * @return those whose peer may be another one
     */
    Set<String> look(Collection<String> names, Map<String, Participant> nodes) {
        Set<String> touched = new HashSet<>();
        for (String name : names) {
            if (!name.equals(self.name())) {
                look(name, Optional.ofNullable(nodes.get(name)), touched);
            }
        }
        lookAtRelay(nodes, touched);
        return touched;
    }

    /** Another relay changes no other node's way: its peer has the pools, and the one before has them no longer. */
    private void lookAtRelay(Map<String, Participant> nodes, Set<String> touched) {
        Optional<String> before = relay;
        relay = rules.relay(self);
        wayToPools = rules.wayToPools(self);
        if (!relay.equals(before)) {
            for (Optional<String> concerned : List.of(before, relay)) {
                concerned.filter(name -> !name.equals(self.name())).ifPresent(name -> {
                    look(name, Optional.ofNullable(nodes.get(name)), touched);
                    touched.add(name);
                });
            }
        }
    }

    private void look(String name, Optional<Participant> node, Set<String> touched) {
        boolean isPeer = node.filter(found -> rules.arePeers(self, found)).isPresent();
        boolean wasPeer = isPeer ? !peers.add(name) : peers.remove(name);
        if (isPeer || wasPeer) {
            touched.add(name);
        }
        Optional<String> way = node.flatMap(found -> rules.way(self, found, isPeer));
        String before = way.isPresent() ? ways.put(name, way.get()) : ways.remove(name);
        if (before != null && !way.equals(Optional.of(before))) {
            behind.get(before).remove(name);
            touched.add(before);
        }
        if (way.isPresent()) {
            List<Prefix> prefixes = node.orElseThrow().member().prefixes();
            List<Prefix> known =
                    behind.computeIfAbsent(way.get(), absent -> new TreeMap<>()).put(name, prefixes);
            if (!prefixes.equals(known)) {
                touched.add(way.get());
            }
        }
    }

    /** What a peer is to be. */
    PlannedPeer peer(Participant other) {
        List<Prefix> allowedIps = new ArrayList<>();
        behind.getOrDefault(other.name(), new TreeMap<>()).values().forEach(allowedIps::addAll);
        if (wayToPools.equals(Optional.of(other.name()))) {
            allowedIps.addAll(rules.pools());
        }
        return PlannedPeer.of(other, List.copyOf(allowedIps));
    }
}
