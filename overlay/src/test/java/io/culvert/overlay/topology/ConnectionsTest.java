// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.LabelPair;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.record.Topology.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final Pool POOL =
            Pool.of("default", Prefix.of("10.64.0.0/10"), 24, Optional.of(Prefix.of("fd00::/32")));
    private static final List<Prefix> POOLS =
            List.of(POOL.prefix(), POOL.prefix6().orElseThrow());
    private static final int CASES = 300;

    private static Participant node(int number, Map<String, String> labels, boolean gateway) {
        return node(number, labels, gateway, POOL.at(number));
    }

    private static Participant node(int number, Map<String, String> labels, boolean gateway, List<Prefix> prefixes) {
        byte[] key = new byte[Key.BYTES];
        key[0] = (byte) number;
        String name = "node-" + number;
        Member member = new Member(
                "net",
                name,
                1,
                new Key(key),
                prefixes,
                labels,
                gateway ? Role.GATEWAY : Role.NODE,
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1));
        return new Participant(member, new Node("net", name, 1, new Key(key), Optional.empty(), List.of()));
    }

    private static Config config(Shape shape, List<LabelPair> allow) {
        return new Config(
                "net",
                1,
                List.of(POOL),
                new Topology(shape, allow),
                Limits.DEFAULT,
                List.of(new Key(new byte[Key.BYTES])));
    }

    private static List<Participant> nodes(Draw draw) {
        List<Participant> nodes = new ArrayList<>();
        int count = draw.integer(1, 24);
        for (int i = 0; i < count; i++) {
            nodes.add(node(
                    i,
                    Map.of("region", draw.of("east", "west", "north"), "role", draw.of("web", "db", "log")),
                    draw.chance(1, 3)));
        }
        return nodes;
    }

    private static Config config(Draw draw) {
        return config(draw.of(Shape.values()), draw.list(0, 2, () -> new LabelPair(role(draw), role(draw))));
    }

    private static String role(Draw draw) {
        return "role=" + draw.of("web", "db", "log");
    }

    private static boolean mayTalk(Config config, Participant a, Participant b) {
        return new Permissions(config.topology().allow()).allow(a, b);
    }

    private static String region(Config config, Participant node) {
        return config.topology().shape() == Shape.REGIONS
                ? node.member().region().orElse("")
                : "";
    }

    private static Set<String> live(Draw draw, List<Participant> nodes) {
        return nodes.stream().filter(node -> draw.bool()).map(Participant::name).collect(Collectors.toSet());
    }

    private static Map<String, Map<String, PlannedPeer>> all(Connections connections, List<Participant> nodes) {
        Map<String, Map<String, PlannedPeer>> all = new TreeMap<>();
        nodes.forEach(node -> all.put(node.name(), connections.peers(node.name())));
        return all;
    }

    @Test
    void peersAreMutual() {
        Laws.check(CASES, draw -> {
            List<Participant> nodes = nodes(draw);
            Map<String, Map<String, PlannedPeer>> all =
                    all(new Connections(config(draw), nodes, live(draw, nodes)::contains), nodes);
            all.forEach((name, peers) -> peers.keySet()
                    .forEach(other ->
                            assertThat(all.get(other)).as(other + " of " + name).containsKey(name)));
        });
    }

    @Test
    void noPrefixIsGivenTwiceAndNoneIsInvented() {
        Laws.check(CASES, draw -> {
            List<Participant> nodes = nodes(draw);
            Set<Prefix> known = new HashSet<>(POOLS);
            nodes.forEach(node -> known.addAll(node.member().prefixes()));
            all(new Connections(config(draw), nodes, live(draw, nodes)::contains), nodes)
                    .forEach((name, peers) -> {
                        List<Prefix> given = peers.values().stream()
                                .flatMap(peer -> peer.allowedIps().stream())
                                .toList();
                        assertThat(given).doesNotHaveDuplicates();
                        assertThat(known).containsAll(given);
                    });
        });
    }

    /** Whoever may talk reaches the other one, is accepted at each step, and gets answers by the same way. */
    @Test
    void packetsArriveAndAnswersComeBack() {
        Laws.check(CASES, draw -> {
            List<Participant> nodes = nodes(draw);
            Config config = config(draw);
            Map<String, Map<String, PlannedPeer>> all =
                    all(new Connections(config, nodes, live(draw, nodes)::contains), nodes);
            for (Participant source : nodes) {
                for (Participant target : nodes) {
                    if (source == target) {
                        continue;
                    }
                    List<String> way = way(all, source, target);
                    boolean expected = mayTalk(config, source, target)
                            && (config.topology().shape() == Shape.MESH
                                    || hasRelay(config, nodes, source) && hasRelay(config, nodes, target)
                                    || config.topology().shape() == Shape.REGIONS
                                            && region(config, source).equals(region(config, target)));
                    if (expected) {
                        assertThat(way).as(source + " to " + target).last().isEqualTo(target.name());
                        assertThat(way(all, target, source)).isEqualTo(way.reversed());
                    } else if (!source.isGateway() && !target.isGateway()) {
                        assertThat(way).as(source + " to " + target).last().isNotEqualTo(target.name());
                    }
                }
            }
        });
    }

    private static boolean hasRelay(Config config, List<Participant> nodes, Participant node) {
        return nodes.stream()
                .anyMatch(other -> other.isGateway() && region(config, other).equals(region(config, node)));
    }

    /** The nodes that a packet passes, as WireGuard routes it and checks its source; it ends where it is dropped. */
    private static List<String> way(Map<String, Map<String, PlannedPeer>> all, Participant source, Participant target) {
        List<String> way = new ArrayList<>(List.of(source.name()));
        while (!way.getLast().equals(target.name())) {
            String here = way.getLast();
            Optional<String> next = peerOf(all.get(here).values(), target);
            if (next.isEmpty() || way.contains(next.get())) {
                return way;
            }
            if (!peerOf(all.get(next.get()).values(), source).equals(Optional.of(here))) {
                return way;
            }
            way.add(next.get());
        }
        return way;
    }

    private static Optional<String> peerOf(Collection<PlannedPeer> peers, Participant node) {
        return peers.stream()
                .filter(peer ->
                        peer.allowedIps().contains(node.member().prefixes().getFirst()))
                .findAny()
                .or(() -> peers.stream()
                        .filter(peer -> peer.allowedIps().contains(POOLS.getFirst()))
                        .findAny())
                .map(PlannedPeer::name);
    }

    @Test
    void changesOneByOneLeadToTheSamePeers() {
        Laws.check(CASES, draw -> {
            List<Participant> nodes = nodes(draw);
            Config config = config(draw);
            PeerPlan plan = new PeerPlan("node-0");
            Map<String, Participant> present = new HashMap<>();
            Map<String, PlannedPeer> peers = new HashMap<>();
            int steps = draw.integer(1, 20);
            for (int i = 0; i < steps; i++) {
                Map<String, Optional<Participant>> changed = new HashMap<>();
                draw.list(1, 5, () -> nodes.get(draw.integer(0, nodes.size() - 1)))
                        .forEach(node -> {
                            Participant other = draw.chance(1, 8)
                                    ? new Participant(member(node, nodes.getFirst()), node.node())
                                    : node;
                            changed.put(node.name(), draw.bool() ? Optional.of(other) : Optional.empty());
                        });
                changed.forEach((name, node) -> {
                    present.remove(name);
                    node.ifPresent(found -> present.put(name, found));
                });
                Set<String> live = live(draw, nodes);
                for (String name : plan.update(config, changed, live)) {
                    peers.remove(name);
                    plan.peer(name).ifPresent(peer -> peers.put(name, peer));
                }
                assertThat(peers).isEqualTo(new Connections(config, present.values(), live::contains).peers("node-0"));
            }
        });
    }

    private static Member member(Participant node, Participant withPrefixesOf) {
        Member member = node.member();
        return new Member(
                "net",
                member.name(),
                2,
                member.identity(),
                withPrefixesOf.member().prefixes(),
                member.labels(),
                member.role(),
                member.notBefore(),
                member.notAfter());
    }

    @Test
    void gatewayThatGoesMovesItsNodesOnly() {
        List<Participant> nodes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            nodes.add(node(i, Map.of("region", i < 30 ? "east" : "west"), i % 10 == 0));
        }
        Config config = config(Shape.REGIONS, List.of());
        Connections before = new Connections(config, nodes, name -> true);
        Connections after = new Connections(config, nodes, name -> !name.equals("node-10"));
        int moved = 0;
        for (int i = 0; i < 30; i++) {
            String name = "node-" + i;
            String relay = relayOf(before, name);
            if (relay.equals("node-10")) {
                moved++;
                assertThat(relayOf(after, name)).isIn("node-0", "node-20", "");
            } else {
                assertThat(relayOf(after, name)).isEqualTo(relay);
            }
        }
        assertThat(moved).isBetween(2, 20);
    }

    private static String relayOf(Connections connections, String name) {
        return connections.peers(name).values().stream()
                .filter(peer -> peer.allowedIps().contains(POOLS.getFirst()))
                .map(PlannedPeer::name)
                .findAny()
                .orElse("");
    }

    @Test
    void secondOfTwoThatOverlapHasNoPlace() {
        Participant whole = node(1, Map.of(), false);
        Participant part = node(2, Map.of(), false, List.of(Prefix.of("10.64.1.128/25")));
        Participant other = node(3, Map.of(), false);
        Config config = config(Shape.MESH, List.of());
        assertThat(new Connections(config, List.of(whole, part, other), name -> true)
                        .peers("node-3")
                        .keySet())
                .containsExactly("node-1");
    }
}
