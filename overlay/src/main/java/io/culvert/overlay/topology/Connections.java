// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Topology.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

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
    private final Config config;
    private final Shape shape;
    private final Permissions permissions;
    private final SortedMap<String, Participant> nodes = new TreeMap<>();
    private final Map<String, List<String>> gateways = new HashMap<>();

    /**
     * A network.
     *
     * @param all its nodes; of two with prefixes that overlap, the first by name has a place
     * @param isLive whether a gateway is known to live; if none of a region is, all count as live
     */
    public Connections(Config config, Collection<Participant> all, Predicate<String> isLive) {
        this.config = config;
        shape = config.topology().shape();
        permissions = new Permissions(config.topology().allow());
        Map<String, Participant> byName = new TreeMap<>();
        all.forEach(node -> byName.put(node.name(), node));
        PrefixIndex index = new PrefixIndex();
        byName.values().stream()
                .filter(node -> index.add(node.member().prefixes()))
                .forEach(node -> nodes.put(node.name(), node));
        if (shape != Shape.MESH) {
            for (Participant node : nodes.values()) {
                if (node.isGateway()) {
                    gateways.computeIfAbsent(region(node), absent -> new ArrayList<>())
                            .add(node.name());
                }
            }
            gateways.replaceAll((region, names) -> live(names, isLive));
        }
    }

    private static List<String> live(List<String> names, Predicate<String> isLive) {
        List<String> live = names.stream().filter(isLive).toList();
        return live.isEmpty() ? names : live;
    }

    /**
     * The peer that one node is to have for another one in a mesh, where it depends on these two only.
     *
     * @return empty if they may not talk
     */
    static Optional<PlannedPeer> ofMesh(Permissions permissions, Participant self, Participant other) {
        return permissions.allow(self, other)
                ? Optional.of(PlannedPeer.of(other, other.member().prefixes()))
                : Optional.empty();
    }

    /** The peers that a node is to have, by name; none if the network has no such node. */
    public SortedMap<String, PlannedPeer> peers(String name) {
        SortedMap<String, PlannedPeer> peers = new TreeMap<>();
        Participant self = nodes.get(name);
        if (self == null) {
            return peers;
        }
        Map<String, List<Prefix>> routes = routes(self);
        for (Participant other : nodes.values()) {
            if (other != self && isDirect(self, other)) {
                peers.put(
                        other.name(), PlannedPeer.of(other, List.copyOf(routes.getOrDefault(other.name(), List.of()))));
            }
        }
        return peers;
    }

    /** Which prefixes are behind which peer. */
    private Map<String, List<Prefix>> routes(Participant self) {
        Map<String, List<Prefix>> routes = new HashMap<>();
        boolean isGateway = self.isGateway() && shape != Shape.MESH;
        boolean poolsByRelay = shape != Shape.MESH && !isGateway && permissions.areAll();
        for (Participant other : nodes.values()) {
            if (other == self || !isGateway && !permissions.allow(self, other)) {
                continue;
            }
            if (isDirect(self, other)) {
                routes.computeIfAbsent(other.name(), absent -> new ArrayList<>())
                        .addAll(other.member().prefixes());
            } else if (!poolsByRelay) {
                relay(isGateway ? other : self)
                        .ifPresent(relay -> routes.computeIfAbsent(relay, absent -> new ArrayList<>())
                                .addAll(other.member().prefixes()));
            }
        }
        if (poolsByRelay) {
            // The longest prefix wins: what is not behind another peer goes to the relay.
            relay(self)
                    .ifPresent(relay -> routes.computeIfAbsent(relay, absent -> new ArrayList<>())
                            .addAll(pools()));
        }
        return routes;
    }

    private boolean isDirect(Participant a, Participant b) {
        return switch (shape) {
            case MESH -> permissions.allow(a, b);
            case REGIONS ->
                a.isGateway() && b.isGateway()
                        || isRelay(a, b)
                        || region(a).equals(region(b)) && permissions.allow(a, b);
            case HUB -> a.isGateway() && b.isGateway() || isRelay(a, b);
        };
    }

    private boolean isRelay(Participant a, Participant b) {
        return b.isGateway() && relay(a).filter(b.name()::equals).isPresent()
                || a.isGateway() && relay(b).filter(a.name()::equals).isPresent();
    }

    /** The gateway that leads to a node. */
    private Optional<String> relay(Participant node) {
        return node.isGateway()
                ? Optional.of(node.name())
                : Rendezvous.choose(node.name(), gateways.getOrDefault(region(node), List.of()));
    }

    /** The region of a node; nodes without the label are a region, too. */
    private String region(Participant node) {
        return shape == Shape.REGIONS ? node.member().region().orElse("") : "";
    }

    private List<Prefix> pools() {
        return config.pools().stream()
                .flatMap(pool -> Stream.concat(Stream.of(pool.prefix()), pool.prefix6().stream()))
                .toList();
    }
}
