// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The peers of a node.
 *
 * <p>Outside a mesh each node has one <em>relay</em>: a live gateway, which all nodes compute alike. A gateway is its
 * own. A packet takes the way source, relay of the source, relay of the destination, destination, without those that
 * are equal, and answers take the same way back: so the inner source of a packet lies in the allowed IPs of the peer
 * that it comes from at each step. Whether two nodes may talk is decided at both ends, by their allowed IPs; gateways
 * forward between all nodes, and talk to the nodes whose relay they are.
 *
 * <p>Immutable, and of one moment.
 */
public final class Connections {
    private final Rules rules;
    private final SortedMap<String, Participant> nodes = new TreeMap<>();

    /**
     * A network.
     *
     * @param all its nodes; of two with prefixes that overlap, the first by name has a place
     * @param isLive whether a gateway is known to live; if none of a region is, all count as live
     */
    public Connections(Config config, Collection<Participant> all, Predicate<String> isLive) {
        rules = new Rules(config, isLive);
        Map<String, Participant> byName = new TreeMap<>();
        all.forEach(node -> byName.put(node.name(), node));
        PrefixIndex index = new PrefixIndex();
        byName.values().stream()
                .filter(node -> index.add(node.member().prefixes()))
                .forEach(node -> nodes.put(node.name(), node));
        nodes.values().forEach(rules::add);
    }

    /** The peers that a node is to have, by name; none if the network has no such node. */
    public SortedMap<String, PlannedPeer> peers(String name) {
        SortedMap<String, PlannedPeer> peers = new TreeMap<>();
        Participant self = nodes.get(name);
        if (self == null) {
            return peers;
        }
        Map<String, List<Prefix>> behind = new HashMap<>();
        for (Participant other : nodes.values()) {
            if (other != self) {
                rules.way(self, other, rules.arePeers(self, other))
                        .ifPresent(peer -> behind.computeIfAbsent(peer, absent -> new ArrayList<>())
                                .addAll(other.member().prefixes()));
            }
        }
        rules.wayToPools(self)
                .ifPresent(relay -> behind.computeIfAbsent(relay, absent -> new ArrayList<>())
                        .addAll(rules.pools()));
        for (Participant other : nodes.values()) {
            if (other != self && rules.arePeers(self, other)) {
                peers.put(
                        other.name(), PlannedPeer.of(other, List.copyOf(behind.getOrDefault(other.name(), List.of()))));
            }
        }
        return peers;
    }
}
