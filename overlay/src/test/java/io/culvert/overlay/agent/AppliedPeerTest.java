// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.topology.PlannedPeer;
import io.culvert.overlay.wireguard.PeerChange;
import io.culvert.overlay.wireguard.PeerState;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AppliedPeerTest {
    private static final Key ONE = key(1);
    private static final Key TWO = key(2);
    private static final List<Prefix> PREFIXES = List.of(Prefix.of("10.64.1.0/24"));
    private static final String FIRST = "192.0.2.1:1";
    private static final String SECOND = "192.0.2.2:2";
    private static final long WALL = 1_800_000_000_000L;

    private static Key key(int number) {
        byte[] bytes = new byte[Key.BYTES];
        bytes[0] = (byte) number;
        return new Key(bytes);
    }

    private static PlannedPeer plan(Key key, Key other, String... endpoints) {
        return new PlannedPeer(
                "b", key, other, Stream.of(endpoints).map(Endpoint::of).toList(), PREFIXES);
    }

    private static PeerState state(Key key, String endpoint, long handshake, long received, long sent) {
        return new PeerState(key, endpoint, handshake, received, sent, 0, List.of());
    }

    private static long seconds(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    private static List<PeerChange> observe(AppliedPeer peer, PeerState state, int second) {
        return peer.observe(state, null, 0, seconds(second), WALL + second * 1000L);
    }

    @Test
    void nextEndpointComesAfterFifteenSecondsWithoutAnswer() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST, SECOND), WALL);
        assertThat(peer.create(0)).containsExactly(PeerChange.set(ONE, FIRST, 0, PREFIXES));
        assertThat(observe(peer, state(ONE, FIRST, 0, 0, 0), 0)).isEmpty();
        assertThat(observe(peer, state(ONE, FIRST, 0, 0, 148), 5)).isEmpty();
        assertThat(observe(peer, state(ONE, FIRST, 0, 0, 296), 10)).isEmpty();
        assertThat(observe(peer, state(ONE, FIRST, 0, 0, 444), 20)).containsExactly(PeerChange.endpoint(ONE, SECOND));
        assertThat(observe(peer, state(ONE, SECOND, 0, 0, 592), 25)).isEmpty();
        assertThat(observe(peer, state(ONE, SECOND, 0, 0, 740), 40)).containsExactly(PeerChange.endpoint(ONE, FIRST));
    }

    @Test
    void endpointThatAnswersStaysWhereverThePeerHasRoamedTo() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST, SECOND), WALL);
        observe(peer, state(ONE, FIRST, 0, 0, 0), 0);
        for (int i = 1; i < 100; i++) {
            assertThat(observe(peer, state(ONE, "203.0.113.9:9", WALL, i, i * 100L), i * 5))
                    .isEmpty();
        }
    }

    @Test
    void idlePeerIsLeftAlone() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST, SECOND), WALL);
        for (int i = 0; i < 100; i++) {
            assertThat(observe(peer, state(ONE, FIRST, 0, 0, 148), i * 60)).isEmpty();
            assertThat(peer.needsLook()).isFalse();
        }
    }

    @Test
    void recordedEndpointReplacesOneWithoutSessionOnly() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST), WALL);
        observe(peer, state(ONE, FIRST, WALL, 1, 1), 0);
        assertThat(peer.change(plan(ONE, null, SECOND), 0, WALL)).isEmpty();
        assertThat(peer.needsLook()).isTrue();
        assertThat(observe(peer, state(ONE, FIRST, WALL, 1, 1), 100)).isEmpty();
        assertThat(peer.needsLook()).isFalse();

        peer.change(plan(ONE, null, FIRST, SECOND), 0, WALL);
        assertThat(observe(peer, state(ONE, "203.0.113.9:9", WALL, 1, 1), 181))
                .containsExactly(PeerChange.endpoint(ONE, FIRST));
    }

    @Test
    void nextKeyIsNoPeerUntilTheRecordExchangesThem() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST), WALL);
        observe(peer, state(ONE, SECOND, WALL, 1, 1), 0);
        assertThat(peer.change(plan(ONE, TWO, FIRST), 0, WALL)).isEmpty();
        assertThat(peer.isLeftBy(plan(ONE, TWO, FIRST), WALL)).isFalse();
        assertThat(peer.isLeftBy(plan(TWO, ONE, FIRST), WALL)).isTrue();
        assertThat(peer.change(plan(TWO, ONE, FIRST), 0, WALL))
                .containsExactly(PeerChange.set(TWO, SECOND, 0, PREFIXES), PeerChange.allowedIps(ONE, 0, List.of()));
        assertThat(peer.change(plan(TWO, null, FIRST), 0, WALL)).containsExactly(PeerChange.remove(ONE));
    }

    /** The store may be out of reach when the record that exchanges them should come. */
    @Test
    void nextKeyIsAPeerWithoutPrefixesWhenItsTimeIsOver() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST), WALL);
        PeerState state = state(ONE, SECOND, WALL, 1, 1);
        int step = (int) KeyRotation.STEP.toSeconds();
        peer.change(plan(ONE, TWO, FIRST), 0, WALL);
        assertThat(observe(peer, state, 5)).isEmpty();
        assertThat(observe(peer, state, 5 + step)).isEmpty();
        assertThat(observe(peer, state, 15 + step)).containsExactly(PeerChange.set(TWO, SECOND, 0, List.of()));
        assertThat(observe(peer, state, 20 + step)).isEmpty();
        assertThat(peer.keys()).containsExactly(ONE, TWO);
    }

    @Test
    void nextKeyGetsThePrefixesWhenThePresentOneDoesNotAnswer() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, null, FIRST), WALL);
        peer.change(plan(ONE, TWO, FIRST), 0, WALL);
        observe(peer, state(ONE, FIRST, WALL, 1, 1), 1);
        observe(peer, state(ONE, FIRST, WALL, 1, 2), 5);
        assertThat(observe(peer, state(ONE, FIRST, WALL, 1, 3), 20))
                .containsExactly(PeerChange.set(TWO, FIRST, 0, PREFIXES), PeerChange.allowedIps(ONE, 0, List.of()));
    }

    /** An agent that begins does not know since when the key is the next one. */
    @Test
    void adoptedNodeHasBothKeys() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, TWO, FIRST), WALL);
        assertThat(peer.adopt(new PeerState(ONE, FIRST, WALL, 1, 1, 0, PREFIXES), null, 0, WALL))
                .containsExactly(PeerChange.set(TWO, FIRST, 0, List.of()));
        assertThat(peer.keys()).containsExactly(ONE, TWO);
    }

    /** The store may be out of reach while a node changes its key. */
    @Test
    void handshakeWithTheOtherKeyMovesThePrefixes() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, TWO, FIRST), WALL);
        PeerState before = state(ONE, FIRST, WALL + 1, 1, 1);
        assertThat(peer.observe(before, state(TWO, FIRST, 0, 0, 0), 0, seconds(5), WALL + 5000))
                .isEmpty();
        assertThat(peer.observe(before, state(TWO, FIRST, WALL + 6000, 1, 1), 0, seconds(10), WALL + 10_000))
                .extracting(PeerChange::key)
                .containsExactly(TWO, ONE);
        assertThat(peer.active()).isEqualTo(TWO);
        // The record that follows says what is so already.
        assertThat(peer.change(plan(TWO, ONE, FIRST), 0, WALL + 11_000)).isEmpty();
    }

    /** The node crashed after its record was committed and before its interface changed the key. */
    @Test
    void prefixesGoBackToTheKeyThatIsUsed() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, TWO, FIRST), WALL);
        peer.change(plan(TWO, ONE, FIRST), 0, WALL);
        assertThat(peer.active()).isEqualTo(TWO);
        peer.observe(state(TWO, FIRST, 0, 0, 0), state(ONE, FIRST, WALL - 1, 1, 1), 0, seconds(5), WALL + 5000);
        assertThat(peer.active()).isEqualTo(TWO);
        peer.observe(state(TWO, FIRST, 0, 0, 0), state(ONE, FIRST, WALL + 7000, 2, 1), 0, seconds(10), WALL + 10_000);
        assertThat(peer.active()).isEqualTo(ONE);
    }

    @Test
    void keyWithoutAnswerMakesWayForTheOther() {
        AppliedPeer peer = new AppliedPeer(plan(ONE, TWO, FIRST, SECOND), WALL);
        PeerState idle = state(TWO, FIRST, 0, 0, 0);
        peer.observe(state(ONE, FIRST, 0, 0, 0), idle, 0, seconds(0), WALL);
        peer.observe(state(ONE, FIRST, 0, 0, 148), idle, 0, seconds(5), WALL);
        peer.observe(state(ONE, FIRST, 0, 0, 148), idle, 0, seconds(20), WALL);
        assertThat(peer.active()).isEqualTo(TWO);
    }

    @Test
    void adoptionChangesWhatDiffersOnly() {
        PeerState same = new PeerState(ONE, "203.0.113.9:9", WALL, 1, 1, 25, PREFIXES);
        assertThat(new AppliedPeer(plan(ONE, null, FIRST), WALL).adopt(same, null, 25, WALL))
                .isEmpty();
        PeerState moved = new PeerState(ONE, "203.0.113.9:9", WALL, 1, 1, 25, List.of());
        assertThat(new AppliedPeer(plan(ONE, null, FIRST), WALL).adopt(moved, null, 25, WALL))
                .containsExactly(PeerChange.set(ONE, "", 25, PREFIXES));
        assertThat(new AppliedPeer(plan(ONE, null, FIRST), WALL).adopt(null, null, 25, WALL))
                .containsExactly(PeerChange.set(ONE, FIRST, 25, PREFIXES));
    }
}
