// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.agent.Simulation.SimulatedNode;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology.Shape;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.MemoryCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentTest {
    private Simulation network = new Simulation(1, Shape.MESH, Limits.DEFAULT);

    private void run(Duration time) {
        network.loop.run(time);
    }

    private void converge() {
        converge(Duration.ofMinutes(2));
    }

    private void converge(Duration limit) {
        assertThat(network.loop.runUntil(() -> network.differences().isEmpty(), limit))
                .as(() -> network.differences().toString())
                .isTrue();
        assertThat(network.violations).isEmpty();
    }

    private SimulatedNode node(int number) {
        return network.nodes.get("node-" + number);
    }

    private void startAll(int count) {
        for (int i = 0; i < count; i++) {
            network.enrol().start();
        }
        run(Duration.ofSeconds(15));
        converge();
    }

    @Test
    void nodesFindEachOther() {
        startAll(10);
        assertThat(node(0).host.peers).hasSize(9);
        assertThat(node(0).host.prefixes).isEqualTo(network.member("node-0").prefixes());
    }

    @Test
    void idleAgentsWriteNothingAndLeaveTheInterfaceAlone() {
        startAll(10);
        long revision = network.cluster.revision();
        long reads = node(0).host.reads;
        run(Duration.ofHours(1));
        assertThat(network.cluster.revision()).isEqualTo(revision);
        assertThat(node(0).host.reads - reads).isLessThanOrEqualTo(60);
    }

    @Test
    void whoLeavesGoesAndWhoEndsStays() {
        startAll(10);
        node(1).stop(false);
        Set<Key> peers = new HashSet<>(node(1).host.peers.keySet());
        network.delete("node-2");
        run(Duration.ofSeconds(1));
        assertThat(network.difference(node(0))).isEmpty();
        assertThat(node(0).host.peers).hasSize(8);
        assertThat(node(1).host.peers.keySet()).isEqualTo(peers);
        node(1).start();
        converge();
    }

    @Test
    void fewGoAtOnceUnlessForced() {
        startAll(41);
        node(1).stop(false);
        node(1).isForced = true;
        node(1).start();
        run(Duration.ofSeconds(1));
        for (int i = 30; i < 40; i++) {
            network.delete("node-" + i);
        }
        run(Duration.ofSeconds(2));
        assertThat(node(0).host.peers).hasSize(38);
        assertThat(node(0).agent.status().leaving()).isEqualTo(8);
        assertThat(node(1).host.peers).hasSize(30);
        run(Duration.ofMinutes(2));
        assertThat(node(0).host.peers.size()).isBetween(33, 37);
        // The rest goes after a restart, too.
        node(0).stop(false);
        node(0).start();
        converge(Duration.ofMinutes(10));
    }

    @Test
    void revokedNodesGoAtOnceForTheyAreSigned() {
        startAll(20);
        for (int i = 10; i < 20; i++) {
            Member member = network.member("node-" + i);
            network.putMember(member.name(), member.prefixes(), Map.of(), Role.REVOKED, Duration.ofDays(1));
        }
        run(Duration.ofSeconds(2));
        assertThat(node(0).host.peers).hasSize(9);
    }

    @Test
    void restartWithoutStoreGoesOnFromTheSnapshot() {
        startAll(10);
        network.cluster.setDown(true);
        for (SimulatedNode node : network.nodes.values()) {
            node.stop(false);
            node.host.restart();
            node.start();
        }
        assertThat(network.differences()).isEmpty();
        run(Duration.ofHours(1));
        assertThat(node(0).agent.status().snapshotAgeSeconds()).isBetween(3590L, 3700L);
        assertThat(node(0).agent.status().isSynced()).isFalse();
        network.cluster.setDown(false);
        long lists = node(0).agent.status().lists();
        run(Duration.ofMinutes(1));
        assertThat(node(0).agent.status().isSynced()).isTrue();
        assertThat(node(0).agent.status().lists()).isEqualTo(lists).isZero();
    }

    @Test
    void peersStayWhileNothingIsKnown() {
        startAll(5);
        SimulatedNode node = node(0);
        node.stop(false);
        node.snapshot = Optional.empty();
        network.cluster.setDown(true);
        node.start();
        run(Duration.ofHours(1));
        assertThat(node.host.peers).hasSize(4);
        network.cluster.setDown(false);
        converge();
    }

    @Test
    void listMakesUpForChangesThatWereCompacted() {
        startAll(10);
        node(0).store.down(true);
        run(Duration.ofSeconds(1));
        node(0).stop(false);
        network.enrol().start();
        network.delete("node-3");
        run(Duration.ofMinutes(1));
        network.cluster.compact();
        node(0).store.down(false);
        node(0).start();
        converge();
        assertThat(node(0).agent.status().lists()).isEqualTo(1);
        assertThat(node(0).host.peers).hasSize(9);
    }

    @Test
    void listOfManyPagesIsTakenWhole() {
        for (int i = 0; i < 700; i++) {
            network.enrol();
        }
        network.nodes.values().stream().limit(4).forEach(SimulatedNode::start);
        run(Duration.ofSeconds(15));
        converge();
        assertThat(node(0).host.peers).hasSize(3);
    }

    @Test
    void storeThatGoesBackTakesNoPeerAway() {
        startAll(5);
        MemoryCluster.Backup backup = network.cluster.backup();
        for (int i = 0; i < 5; i++) {
            network.enrol().start();
        }
        run(Duration.ofSeconds(15));
        converge();
        network.cluster.restore(backup);
        run(Duration.ofMinutes(30));
        for (SimulatedNode node : network.nodes.values()) {
            assertThat(node.host.peers).hasSize(9);
        }
        assertThat(node(0).agent.status().restores()).isEqualTo(1);
        assertThat(node(0).agent.status().held()).isEqualTo(5);
        // Nodes write their records again; the enroller has to.
        assertThat(network.cluster.entries()).containsKey(Keys.node(Simulation.NET, "node-7"));
        node(0).stop(false);
        node(0).start();
        run(Duration.ofMinutes(30));
        assertThat(node(0).host.peers).hasSize(9);
        node(0).stop(false);
        node(0).isForced = true;
        node(0).snapshot = node(0).snapshot
                .map(found ->
                        new Snapshot(0, found.writtenMillis(), true, found.entries(), found.gone(), found.held()));
        node(0).start();
        run(Duration.ofMinutes(1));
        assertThat(node(0).host.peers).hasSize(4);
    }

    @Test
    void whatIsForgedReplayedOrMovedChangesNothing() {
        startAll(5);
        Map<String, Entry> before = network.cluster.entries();
        String victim = Keys.node(Simulation.NET, "node-1");
        Entry old = before.get(victim);
        Map<Key, List<?>> peers = new HashMap<>();
        node(0).host.peers.forEach((key, peer) -> peers.put(key, peer.allowedIps));
        Key evil = new Key(new byte[] {
            9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
        });
        network.cluster.put(
                victim,
                SimulatedTrust.forge(new Node(Simulation.NET, "node-1", 99, evil, Optional.empty(), List.of())));
        network.cluster.put(Keys.node(Simulation.NET, "node-2"), old.value());
        network.cluster.put(Keys.member(Simulation.NET, "node-2"), "nonsense".getBytes());
        network.cluster.put(
                Keys.node(Simulation.NET, "node-3"),
                SimulatedTrust.sign(
                        new Node(Simulation.NET, "node-3", 99, node(4).host.key, Optional.empty(), List.of())));
        run(Duration.ofMillis(1));
        node(1).store.down(true); // Else it would write its record anew.
        node(2).store.down(true);
        node(3).store.down(true);
        run(Duration.ofSeconds(2));
        Map<Key, List<?>> after = new HashMap<>();
        node(0).host.peers.forEach((key, peer) -> after.put(key, peer.allowedIps));
        assertThat(after).isEqualTo(peers);
        Map<String, Long> rejected = node(0).agent.status().rejected();
        for (RecordProblem problem : List.of(
                RecordProblem.BAD_SIGNATURE,
                RecordProblem.WRONG_NAME,
                RecordProblem.MALFORMED,
                RecordProblem.DUPLICATE_KEY)) {
            assertThat(rejected.get(problem.label())).as(problem.label()).isEqualTo(1);
        }
    }

    @Test
    void peerGoesWhenItsMembershipIsOver() {
        startAll(5);
        Member member = network.member("node-1");
        network.putMember("node-1", member.prefixes(), Map.of(), Role.NODE, Duration.ofHours(1));
        run(Duration.ofMinutes(59));
        assertThat(node(0).host.peers).hasSize(4);
        run(Duration.ofMinutes(3));
        assertThat(node(0).host.peers).hasSize(3);
    }

    @Test
    void peerStaysForTheGraceIfTheStoreMayHaveALongerMembership() {
        startAll(5);
        Member member = network.member("node-1");
        network.putMember("node-1", member.prefixes(), Map.of(), Role.NODE, Duration.ofHours(1));
        run(Duration.ofSeconds(5));
        network.cluster.setDown(true);
        run(Duration.ofHours(72));
        assertThat(node(0).host.peers).hasSize(4);
        node(0).stop(false);
        node(0).start();
        run(Duration.ofMinutes(58));
        assertThat(node(0).host.peers).hasSize(4);
        run(Duration.ofMinutes(5));
        assertThat(node(0).host.peers).hasSize(3);
    }

    @Test
    void clockBehindTheSnapshotTakesNobodyAndLosesNobody() {
        startAll(5);
        run(Duration.ofMinutes(30));
        SimulatedNode node = node(0);
        node.stop(false);
        node.clockAhead = Duration.ofMinutes(-20);
        node.start();
        network.enrol().start();
        run(Duration.ofMinutes(5));
        assertThat(node.host.peers).hasSize(4);
        assertThat(node.agent.status().clockProblem()).contains("behind");
        node.stop(false);
        node.clockAhead = Duration.ZERO;
        node.start();
        run(Duration.ofMinutes(2));
        assertThat(node.host.peers).hasSize(5);
    }

    @Test
    void interfaceThatIsRestartedGetsItsPeersAgain() {
        startAll(5);
        node(0).host.restart();
        run(Duration.ofSeconds(10));
        assertThat(network.differences()).isEmpty();
        assertThat(node(0).host.key).isNotNull();
    }

    @Test
    void interfaceThatRefusesIsAskedAgain() {
        startAll(5);
        node(0).host.refuses = true;
        network.enrol().start();
        run(Duration.ofMinutes(5));
        assertThat(node(0).agent.status().interfaceProblem()).contains("planned fault");
        node(0).host.refuses = false;
        run(Duration.ofSeconds(40));
        assertThat(network.differences()).isEmpty();
        assertThat(node(0).agent.status().interfaceProblem()).isEmpty();
    }

    @Test
    void peersThatNoRecordHasGoAfterACompleteListOnly() {
        startAll(5);
        SimulatedNode node = node(0);
        node.stop(false);
        network.delete("node-4");
        node.snapshot = Optional.empty();
        node.store.down(true);
        node.start();
        run(Duration.ofMinutes(5));
        assertThat(node.host.peers).hasSize(4);
        node.store.down(false);
        run(Duration.ofMinutes(2));
        assertThat(node.host.peers).hasSize(3);
    }

    @Test
    void silentWatchIsGivenUp() {
        startAll(5);
        network.cluster.setSilent(true);
        run(Duration.ofSeconds(95));
        assertThat(node(0).agent.status().watchRestarts()).isPositive();
        network.enrol().start();
        run(Duration.ofMinutes(2));
        network.cluster.setSilent(false);
        converge();
    }

    @Test
    void withoutQuorumTheDataOfOneMemberServes() {
        startAll(5);
        network.cluster.setQuorumLost(true);
        SimulatedNode node = node(0);
        node.stop(false);
        node.snapshot = Optional.empty();
        node.host.restart();
        node.start();
        run(Duration.ofMinutes(2));
        assertThat(node.host.peers).hasSize(4);
        network.cluster.setQuorumLost(false);
        converge();
    }

    @Test
    void keyChangeThatWasCommittedWithoutAnAnswerIsMade() throws Exception {
        startAll(5);
        node(0).rotation.begin();
        run(Duration.ofMinutes(9));
        Key before = node(0).host.key;
        network.cluster.setAnswersLost(true);
        run(Duration.ofMinutes(3));
        network.cluster.setAnswersLost(false);
        assertThat(node(0).host.key).isNotEqualTo(before);
        run(Duration.ofMinutes(15));
        converge();
    }

    @Test
    void gatewayThatEndsIsReplaced() {
        network = new Simulation(1, Shape.REGIONS, Limits.DEFAULT);
        for (String region : List.of("east", "west")) {
            for (int i = 0; i < 6; i++) {
                network.enrol(Map.of("region", region), i < 2 ? Role.GATEWAY : Role.NODE)
                        .start();
            }
        }
        run(Duration.ofSeconds(30));
        converge();
        network.nodes.get("node-0").stop(false);
        run(Duration.ofSeconds(20));
        converge();
        Key gateway = node(1).host.key;
        for (int i = 2; i < 6; i++) {
            assertThat(node(i).host.ownerOf(Prefix.of("10.64.0.0/10"))).isEqualTo(gateway);
        }
    }

    @Test
    void manyChangesAreOneRequest() {
        startAll(3);
        node(0).host.requestSizes.clear();
        for (int i = 0; i < 50; i++) {
            network.enrol().start();
        }
        run(Duration.ofMillis(190));
        assertThat(node(0).host.peers).hasSize(2);
        run(Duration.ofSeconds(2));
        assertThat(node(0).host.peers).hasSize(52);
        assertThat(node(0).host.requestSizes).hasSizeLessThan(8);
    }
}
