// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Topology.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which nodes are peers, and behind which peer a node is. That depends on the two nodes, and on the gateways of their
 * regions, which this keeps. One thread.
 */
final class Rules {
    private final Shape shape;
    private final Permissions permissions;
    private final List<Prefix> pools;
    private final Map<String, TreeSet<String>> gateways = new HashMap<>();
    /** Those of a region that live, or all if none does. */
    private final Map<String, List<String>> candidates = new HashMap<>();

    private Predicate<String> isLive;

    /** The rules of a configuration, without gateways yet. */
    Rules(Config config, Predicate<String> isLive) {
        shape = config.topology().shape();
        permissions = new Permissions(config.topology().allow());
        pools = config.pools().stream()
                .flatMap(pool -> Stream.concat(Stream.of(pool.prefix()), pool.prefix6().stream()))
                .toList();
        this.isLive = isLive;
    }

    /** Takes another opinion on which gateways live. */
    void setLive(Predicate<String> now) {
        isLive = now;
        candidates.clear();
    }

    /** Takes a node as one of the network. */
    void add(Participant node) {
        if (leads(node)) {
            gateways.computeIfAbsent(region(node), absent -> new TreeSet<>()).add(node.name());
            candidates.remove(region(node));
        }
    }

    /** Takes it as one no longer. */
    void remove(Participant node) {
        if (leads(node)) {
            gateways.get(region(node)).remove(node.name());
            candidates.remove(region(node));
        }
    }

    /** Whether the ways of other nodes depend on this one. */
    boolean leads(Participant node) {
        return shape != Shape.MESH && node.isGateway();
    }

    /** The region of a node; nodes without the label are a region, too. */
    String region(Participant node) {
        return shape == Shape.REGIONS ? node.member().region().orElse("") : "";
    }

    /** The gateway that leads to a node. */
    Optional<String> relay(Participant node) {
        if (node.isGateway()) {
            return Optional.of(node.name());
        }
        return Rendezvous.choose(node.name(), candidates.computeIfAbsent(region(node), this::live));
    }

    private List<String> live(String region) {
        TreeSet<String> all = gateways.getOrDefault(region, new TreeSet<>());
        List<String> live = all.stream().filter(isLive).toList();
        return live.isEmpty() ? List.copyOf(all) : live;
    }

    /** Whether two nodes are each other's peers. */
    boolean arePeers(Participant a, Participant b) {
        return switch (shape) {
            case MESH -> permissions.allow(a, b);
            case REGIONS ->
                a.isGateway() && b.isGateway()
                        || region(a).equals(region(b)) && (permissions.allow(a, b) || isRelay(a, b));
            case HUB -> a.isGateway() && b.isGateway() || isRelay(a, b);
        };
    }

    private boolean isRelay(Participant a, Participant b) {
        return b.isGateway() && relay(a).filter(b.name()::equals).isPresent()
                || a.isGateway() && relay(b).filter(a.name()::equals).isPresent();
    }

    /**
     * The peer of a node behind which another one's prefixes are; empty if they do not talk, or by the pools.
     *
     * @param arePeers whether the two {@link #arePeers are}
     */
    Optional<String> way(Participant self, Participant other, boolean arePeers) {
        if (!leads(self) && !permissions.allow(self, other)) {
            return Optional.empty();
        }
        if (arePeers) {
            return Optional.of(other.name());
        }
        if (leads(self)) {
            return relay(other);
        }
        return shape == Shape.MESH || usesPools(self) ? Optional.empty() : relay(self);
    }

    /** Whether a node sends all that it has no peer for to its relay, by the network's pools. */
    boolean usesPools(Participant self) {
        return shape != Shape.MESH && !self.isGateway() && permissions.areAll();
    }

    /** The peer behind which all nodes are that are behind no other: the longest prefix wins. */
    Optional<String> wayToPools(Participant self) {
        return usesPools(self) ? relay(self) : Optional.empty();
    }

    /** The network's pools. */
    List<Prefix> pools() {
        return pools;
    }
}
