// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten nodes in namespaces, two of them with wireguard-go, on three members of etcd with TLS and users. All tests share
 * them, and pings between nodes that stay go on all the time: none may be lost, whatever happens to the store.
 */
@OnHost({"etcd", "etcdctl", "openssl", "curl"})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OverlayTest {
    private static final int NODES = 10;
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    private static Path directory;

    private static OverlayNetwork network;
    private static final List<SteadyPing> PINGS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        network = OverlayNetwork.create(directory, NODES);
        List<OverlayNode> first = network.nodes().subList(0, NODES - 1);
        first.forEach(OverlayNode::startInterface);
        first.forEach(OverlayNode::startAgent);
        network.awaitPeers(first, NODES - 2);
        ping(1, 5);
        ping(9, 6);
        ping(7, 9);
    }

    private static void ping(int from, int to) {
        Namespace namespace = network.node(from).namespace();
        String address = network.node(to).address();
        Ping.once(namespace, address);
        PINGS.add(new SteadyPing(
                namespace, address, directory.resolve("ping-" + from).toFile()));
    }

    /** Zero pings lost, all tests long. */
    @AfterAll
    static void stop() {
        try {
            PINGS.forEach(SteadyPing::endWithoutLoss);
        } finally {
            if (network != null) {
                network.close();
            }
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        assertThat(Eventually.holds(SOON, condition)).as(what).isTrue();
    }

    private static List<OverlayNode> others(int than) {
        return network.nodes().stream()
                .filter(node -> node != network.node(than))
                .toList();
    }

    /** A node with wireguard-go. */
    @Test
    @Order(1)
    void aNodeThatJoinsBecomesThePeerOfAll() {
        OverlayNode last = network.node(NODES);
        last.startInterface();
        last.startAgent();
        network.awaitPeers(network.nodes(), NODES - 1);
        Ping.once(network.node(1).namespace(), last.address());
        Ping.once(last.namespace(), network.node(9).address());
    }

    /** The WireGuard key of a node is as old as its file. */
    @Test
    @Order(2)
    void aNodeTakesANewKeyAndAllFollow() throws IOException {
        OverlayNode node = network.node(2);
        String old = node.publicKey();
        node.stopAgent();
        Files.setLastModifiedTime(
                node.state().resolve("wireguard-current.key"),
                FileTime.from(Instant.now().minus(Duration.ofDays(90))));
        node.startAgent();
        await("a new key", () -> !node.publicKey().equals(old));
        String now = node.publicKey();
        await(
                "all have the new key, and no longer the old one",
                () -> others(2).stream()
                        .allMatch(other ->
                                other.peers().contains(now) && !other.peers().contains(old)));
        Ping.once(network.node(3).namespace(), node.address());
    }

    @Test
    @Order(3)
    void aNodeRoamsAndItsRecordDoesNotBringItBack() {
        OverlayNode node = network.node(3);
        OverlayNode peer = network.node(4);
        Ping.once(node.namespace(), peer.address());
        // Deleting a first address takes the others of its prefix with it.
        node.namespace().ip("address", "delete", "198.18.0.3/24", "dev", "veth0");
        node.namespace().ip("address", "add", "198.18.0.133/24", "dev", "veth0");
        Ping.once(node.namespace(), peer.address());
        await("the peer follows", () -> peer.endpointOf(node).startsWith("198.18.0.133:"));
        network.enroller("renew", node);
        long revision = revision();
        await("the peer has seen the record", () -> peer.number("revision") >= revision);
        assertThat(peer.endpointOf(node)).startsWith("198.18.0.133:");
        node.namespace().ip("address", "add", "198.18.0.3/24", "dev", "veth0");
    }

    private static long revision() {
        String json = network.etcdctl("get", "none", "--write-out=json");
        return Long.parseLong(json.replaceFirst(".*\"revision\":(\\d+).*", "$1").strip());
    }

    /** What may write everything in the store cannot add, move, swap or replay a peer. */
    @Test
    @Order(4)
    void recordsThatRootForgesChangeNoPeer() {
        String members = "/culvert/v1/net/net/member/";
        String nodes = "/culvert/v1/net/net/node/";
        Set<List<String>> before = peers();
        String first = value(nodes + "n1");
        String second = value(nodes + "n2");
        Map<String, String> forged = new TreeMap<>();
        forged.put(nodes + "n1", second);
        forged.put(nodes + "n2", first);
        forged.put(members + "n4", value(members + "n5"));
        forged.put(members + "intruder", value(members + "n6"));
        forged.put(nodes + "intruder", first);
        forged.put(nodes + "n6", value(nodes + "n6").replace("51820", "51821"));
        forged.put(nodes + "n7", "{}");
        forged.put(members + "n8", "x".repeat(100_000));
        Map<String, String> genuine = new TreeMap<>();
        forged.keySet().forEach(key -> genuine.put(key, value(key)));
        forged.forEach((key, value) -> network.etcdctl("put", key, value));
        long revision = revision();
        OverlayNode witness = network.node(5);
        await("seen", () -> network.nodes().stream().allMatch(node -> node.number("revision") >= revision));
        await("counted", () -> witness.status().toString().contains("\"bad_signature\":1"));
        assertThat(peers()).isEqualTo(before);
        genuine.forEach((key, value) -> {
            if (value.isEmpty()) {
                network.etcdctl("del", key);
            } else {
                network.etcdctl("put", key, value);
            }
        });
        assertThat(peers()).isEqualTo(before);
    }

    private static String value(String key) {
        return network.etcdctl("get", key, "--print-value-only").strip();
    }

    /** The peers of all nodes. */
    private static Set<List<String>> peers() {
        Set<List<String>> all = new HashSet<>();
        network.nodes().forEach(node -> all.add(node.peers()));
        return all;
    }

    @Test
    @Order(5)
    void theLeadersEndDisturbsNoPeer() throws Exception {
        Set<List<String>> before = peers();
        int leader = network.etcd().leader(network.root()).orElseThrow();
        network.etcd().killMember(leader);
        network.enroller("renew", network.node(6));
        long revision = revision();
        await(
                "all follow the members that are left",
                () -> network.nodes().stream().allMatch(node -> node.number("revision") >= revision));
        assertThat(peers()).isEqualTo(before);
        network.etcd().startMember(leader);
    }

    /** A node that starts from nothing but its own files, while no member of the store runs. */
    @Test
    @Order(6)
    void aNodeRebootsWithoutTheStore() throws Exception {
        OverlayNode node = network.node(2);
        List<String> before = node.peers();
        for (int member = 0; member < 3; member++) {
            network.etcd().killMember(member);
        }
        node.stopAgent();
        node.deleteInterface();
        node.startInterface();
        node.startAgent();
        await("its peers come from the snapshot", () -> node.peers().equals(before));
        Ping.once(node.namespace(), network.node(4).address());
        assertThat(node.isSynced()).isFalse();
        for (int member = 0; member < 3; member++) {
            network.etcd().startMember(member);
        }
        network.etcd().awaitAnswer();
        await("all are in step again", () -> network.nodes().stream().allMatch(OverlayNode::isSynced));
        assertThat(node.peers()).isEqualTo(before);
    }

    @Test
    @Order(7)
    void withoutAQuorumAllGoesOn() throws Exception {
        Set<List<String>> before = peers();
        network.etcd().killMember(0);
        network.etcd().killMember(1);
        OverlayNode node = network.node(4);
        node.stopAgent();
        node.startAgent();
        await("the agent serves", () -> node.number("nodes") >= NODES);
        assertThat(peers()).isEqualTo(before);
        Ping.once(node.namespace(), network.node(5).address());
        network.etcd().startMember(0);
        network.etcd().startMember(1);
        network.etcd().awaitAnswer();
        await("all are in step again", () -> network.nodes().stream().allMatch(OverlayNode::isSynced));
    }

    @Test
    @Order(8)
    void aCompactionWhileAnAgentIsAwayLosesNothing() {
        OverlayNode node = network.node(4);
        List<String> before = node.peers();
        node.stopAgent();
        network.enroller("renew", network.node(7));
        network.etcdctl("compact", Long.toString(revision()));
        long revision = revision();
        node.startAgent();
        await("it has listed", () -> node.number("revision") >= revision && node.isSynced());
        assertThat(node.peers()).isEqualTo(before);
    }

    @Test
    @Order(9)
    void aNodeThatIsRevokedLeaves() {
        OverlayNode last = network.node(NODES);
        network.enroller("revoke", last);
        network.awaitPeers(others(NODES), NODES - 2);
        assertThat(Ping.tryOnce(network.node(1).namespace(), last.address()).exit())
                .isNotZero();
    }

    /** The revoked node is a member in the backup, whose older records are refused. */
    @Test
    @Order(10)
    void aRestoredBackupBringsNothingBack() throws Exception {
        Path backup = directory.resolve("backup");
        List<OverlayNode> staying = others(NODES);
        network.etcd().save(backup, network.root());
        network.enroller("renew", network.node(8));
        network.enroller("renew", network.node(7));
        long revision = revision();
        await("seen", () -> staying.stream().allMatch(node -> node.number("revision") >= revision));
        Set<List<String>> before = peers();
        network.etcd().restore(backup);
        await("noticed", () -> staying.stream().allMatch(node -> node.number("restores") > 0 && node.isSynced()));
        assertThat(peers()).isEqualTo(before);
    }
}
