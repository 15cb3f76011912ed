// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.agent.FaultyStore.Faults;
import io.culvert.overlay.loop.VirtualLoop;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.record.Topology.Shape;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.MemoryCluster;
import io.culvert.overlay.topology.Connections;
import io.culvert.overlay.topology.Participant;
import io.culvert.overlay.topology.PlannedPeer;
import io.culvert.overlay.trust.KeyOwners;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A network of agents in one thread on virtual time, over a store in memory; their machines only hold peers. */
final class Simulation {
    static final String NET = "net";
    private static final Duration MEMBERSHIP = Duration.ofDays(90);
    private static final SecureRandom KEYS = new SecureRandom();
    /** Kept, or its level would be forgotten: what the agents log in a simulation nobody reads. */
    private static final Logger LOGGER = Logger.getLogger("io.culvert.overlay");

    static {
        LOGGER.setLevel(Level.OFF);
    }

    final VirtualLoop loop = new VirtualLoop();
    final MemoryCluster cluster = new MemoryCluster(loop);
    final SplittableRandom random;
    final Map<String, SimulatedNode> nodes = new TreeMap<>();
    /** What was done wrongly, as it was seen. */
    final List<String> violations = new ArrayList<>();

    private final SimulatedTrust trust = new SimulatedTrust();
    private final Pool pool = Pool.of("default", Prefix.of("10.64.0.0/10"), 24, Optional.empty());
    private final Shape shape;
    private final Limits limits;
    private Faults faults = Faults.NONE;
    private int enrolled;
    private long serial = 1;

    /** A machine with its agent, when that runs. */
    final class SimulatedNode {
        final String name;
        final SimulatedHost host = new SimulatedHost(this::removed);
        final KeyMemory keys = new KeyMemory(loop);
        final FaultyStore store;
        Optional<Snapshot> snapshot = Optional.empty();
        Agent agent;
        KeyRotation rotation;
        boolean isForced;
        Duration clockAhead = Duration.ZERO;

        private SimulatedNode(String name) {
            this.name = name;
            store = new FaultyStore(loop, cluster.client(name, loop), random.split(), faults);
        }

        void start() {
            try {
                rotation = new KeyRotation(keys, KEYS);
                agent = new Agent(
                        loop.withClockAhead(clockAhead),
                        store,
                        host,
                        new AgentOptions(
                                NET, name, "wg0", 51820, List.of(Endpoint.of("192.0.2.1:" + port())), isForced),
                        trust,
                        SimulatedTrust::sign,
                        new SnapshotStore() {
                            @Override
                            public Optional<Snapshot> load() {
                                return snapshot;
                            }

                            @Override
                            public void save(Snapshot now) {
                                snapshot = Optional.of(now);
                            }
                        },
                        rotation,
                        random.split());
                agent.start();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private int port() {
            return 1 + Integer.parseInt(name.substring(name.indexOf('-') + 1));
        }

        /** Ends the agent, which may have no time to write a snapshot. */
        void stop(boolean isCrash) {
            if (agent != null) {
                Optional<Snapshot> before = snapshot;
                agent.close();
                agent = null;
                if (isCrash) {
                    snapshot = before;
                }
            }
        }

        boolean isRunning() {
            return agent != null;
        }

        private void removed(Key key) {
            for (Map.Entry<String, Participant> entry : participants().entrySet()) {
                Node node = entry.getValue().node();
                boolean isNamed = node.wireGuard().equals(key) || node.next().equals(Optional.of(key));
                // Outside a mesh a peer also goes when another gateway leads to it.
                boolean isMoved = shape != Shape.MESH && agent != null && agent.isTaken(entry.getKey());
                if (isNamed
                        && !isMoved
                        && !entry.getKey().equals(name)
                        && expected(name).containsKey(entry.getKey())) {
                    violations.add("%s removed %s, which is a node".formatted(name, entry.getKey()));
                }
            }
        }
    }

    Simulation(long seed, Shape shape, Limits limits) {
        random = new SplittableRandom(seed);
        this.shape = shape;
        this.limits = limits;
        cluster.put(Keys.config(NET), SimulatedTrust.sign(config()));
    }

    private Config config() {
        return new Config(
                NET,
                serial++,
                List.of(pool),
                new Topology(shape, List.of()),
                limits,
                List.of(new Key(new byte[Key.BYTES])));
    }

    /** Sets the faults of all connections to the store. */
    void faults(Faults now) {
        faults = now;
        nodes.values().forEach(node -> node.store.faults(now));
    }

    /** Makes a node a member; its agent is not started. */
    SimulatedNode enrol(Map<String, String> labels, Role role) {
        SimulatedNode node = new SimulatedNode("node-" + enrolled);
        nodes.put(node.name, node);
        putMember(node.name, pool.at(enrolled), labels, role, MEMBERSHIP);
        enrolled++;
        return node;
    }

    SimulatedNode enrol() {
        return enrol(Map.of(), Role.NODE);
    }

    void putMember(String name, List<Prefix> prefixes, Map<String, String> labels, Role role, Duration validity) {
        byte[] identity = new byte[Key.BYTES];
        identity[0] = (byte) name.hashCode();
        cluster.put(
                Keys.member(NET, name),
                SimulatedTrust.sign(new Member(
                        NET,
                        name,
                        serial++,
                        new Key(identity),
                        prefixes,
                        labels,
                        role,
                        loop.now(),
                        loop.now().plus(validity))));
    }

    /** A node's member record as it is in the store. */
    Member member(String name) {
        return participant(name, true).map(Participant::member).orElseThrow();
    }

    /** The node's agent ends, and the enroller deletes its records. */
    void delete(String name) {
        nodes.get(name).stop(false);
        cluster.delete(Keys.member(NET, name));
        cluster.delete(Keys.node(NET, name));
    }

    private Optional<Participant> participant(String name, boolean memberOnly) {
        Optional<Entry> member = cluster.entry(Keys.member(NET, name));
        Optional<Entry> node = cluster.entry(Keys.node(NET, name));
        if (member.isEmpty() || node.isEmpty() && !memberOnly) {
            return Optional.empty();
        }
        try {
            Member read = trust.memberAtAnyTime(member.get());
            if (read.role() == Role.REVOKED) {
                return Optional.empty();
            }
            return Optional.of(
                    new Participant(read, node.isEmpty() ? null : trust.node(node.get(), read, KeyOwners.NONE)));
        } catch (RecordException e) {
            return Optional.empty();
        }
    }

    private long participantsRevision;
    private Map<String, Participant> participants = Map.of();

    /** The nodes that the store has. */
    Map<String, Participant> participants() {
        if (participantsRevision != cluster.revision()) {
            participantsRevision = cluster.revision();
            participants = new HashMap<>();
            for (String name : nodes.keySet()) {
                participant(name, false).ifPresent(found -> participants.put(name, found));
            }
            expected.clear();
            liveGateways = new HashSet<>();
            for (String key : cluster.entries().keySet()) {
                if (key.startsWith(Keys.gateways(NET))) {
                    liveGateways.add(key.substring(key.lastIndexOf('/') + 1));
                }
            }
            connections = new Connections(config(), participants.values(), liveGateways::contains);
        }
        return participants;
    }

    private final Map<String, Map<String, PlannedPeer>> expected = new HashMap<>();
    private Connections connections;
    private Set<String> liveGateways = Set.of();

    /** The peers that a node should have by what the store has. */
    Map<String, PlannedPeer> expected(String name) {
        participants();
        return expected.computeIfAbsent(name, connections::peers);
    }

    /** Why a node's interface is not as the store has it; empty if it is. */
    Optional<String> difference(SimulatedNode node) {
        Map<Key, List<Prefix>> want = new HashMap<>();
        Set<Key> others = new HashSet<>();
        for (PlannedPeer peer : expected(node.name).values()) {
            want.put(peer.key(), peer.allowedIps());
            if (peer.otherKey() != null) {
                others.add(peer.otherKey());
            }
        }
        Map<Key, List<Prefix>> have = new HashMap<>();
        node.host.peers.forEach((key, peer) -> {
            // The other key of a node may be a peer, which carries nothing.
            if (!others.contains(key) || !peer.allowedIps.isEmpty()) {
                have.put(key, peer.allowedIps);
            }
        });
        if (!have.equals(want)) {
            Set<Key> missing = new HashSet<>(want.keySet());
            missing.removeAll(have.keySet());
            Set<Key> extra = new HashSet<>(have.keySet());
            extra.removeAll(want.keySet());
            return Optional.of("%s lacks %d peers and has %d too many of %d"
                    .formatted(node.name, missing.size(), extra.size(), want.size()));
        }
        Participant self = participants().get(node.name);
        if (self != null && !self.node().wireGuard().equals(node.host.key)) {
            return Optional.of(node.name + " has another key than its record");
        }
        return Optional.empty();
    }

    /** All nodes that run and differ from what the store has. */
    List<String> differences() {
        return nodes.values().stream()
                .filter(SimulatedNode::isRunning)
                .flatMap(node -> difference(node).stream())
                .toList();
    }

    /** Whether all nodes that run are as the store has it. */
    boolean isConverged() {
        return nodes.values().stream()
                .filter(SimulatedNode::isRunning)
                .allMatch(node -> difference(node).isEmpty());
    }

    /** One of the nodes. */
    SimulatedNode any() {
        List<SimulatedNode> all = List.copyOf(nodes.values());
        return all.get(random.nextInt(all.size()));
    }
}
